import { expect } from 'chai';
import { checkpointsFor } from '../../../../../../runner/src/delivery/targets/instances/autoscaled/rules/checkpoints.js';
import { instancesSchema } from '../../../../../../runner/src/delivery/targets/instances/schema.js';
import { orphansAmong } from '../../../../../../runner/src/domain/orphans.js';
import type { TargetSnapshot } from '../../../../../../runner/src/domain/records.js';
import { releasedArtifact, scalingWorld } from '../../../../../support/instances/instancesWorld.js';
import { rejection } from '../../../../../support/rejection.js';

const FIRST = releasedArtifact('a', '1.0.0');
const NEXT = releasedArtifact('b', '1.1.0');
const SERVING = (version: string) => Array.from({ length: 3 }, () => `${version} running serving`);

/** A group of three whose instances Terraform has launched, or that serve a release. */
async function started(settings: Record<string, unknown> = {}, isReleased = true) {
  const world = scalingWorld(settings);
  world.aws.begin();
  if (isReleased) {
    const { target, rollout } = world.process();
    await target.deploy(FIRST, rollout);
  }
  return world;
}

describe('an autoscaling group as a target', function () {
  this.timeout(20_000);

  it('gets a release by a version of its own launch template, one instance first, none missing meanwhile', async () => {
    const { aws, process } = await started({}, false);
    const { target, rollout } = process();
    const record = await target.deploy(FIRST, rollout);
    expect(record).to.deep.include({
      kind: 'instances',
      status: 'healthy',
      digest: FIRST.artifacts?.['app']?.digest,
    });
    expect(record.facts?.['template']).to.equal('lt-2:1');
    expect(aws.stand()).to.deep.equal(SERVING('1.0.0'));
    expect(aws.outages).to.deep.equal([]);
    const [version] = aws.versions;
    expect(version?.tags).to.include({ Team: 'web', 'automation-stack:version': '1.0.0' });
    const asked = aws.asked.find(({ action }) => action === 'StartInstanceRefresh')?.input;
    expect(asked).to.include({
      'DesiredConfiguration.LaunchTemplate.LaunchTemplateId': 'lt-2',
      'Preferences.SkipMatching': 'true',
      'Preferences.MinHealthyPercentage': '100',
      'Preferences.MaxHealthyPercentage': '200',
      'Preferences.CheckpointPercentages.member.1': '33',
      'Preferences.CheckpointPercentages.member.2': '100',
      // As long as the health gate may take: 10 s until healthy, and 2 s so.
      'Preferences.CheckpointDelay': '12',
    });
    const made = aws.asked.find(({ action }) => action === 'CreateLaunchTemplate')?.input;
    expect(made?.['LaunchTemplateName']).to.equal('automation-stack/shop/staging/web');
    expect(Buffer.from(made?.['LaunchTemplateData.UserData'] ?? '', 'base64').toString()).to.equal(
      'release 1.0.0 $HOME',
    );
  });

  it('is left alone where it runs the release, and is told so also where somebody has scaled it', async () => {
    const { aws, process } = await started();
    aws.desired = 4;
    const { target, rollout } = process();
    const before = aws.refreshes.length;
    expect((await target.deploy(FIRST, rollout)).status).to.equal('unchanged');
    expect(aws.refreshes).to.have.length(before);
    expect(await target.behind(FIRST)).to.deep.equal([]);
  });

  it('goes back by the version that the release before had, and makes no other', async () => {
    const { aws, process } = await started();
    const next = process();
    await next.target.deploy(NEXT, next.rollout);
    expect(aws.stand()).to.deep.equal(SERVING('1.1.0'));
    const back = process({ kind: 'rollback' });
    const record = await back.target.deploy(FIRST, back.rollout);
    expect([record.status, record.facts?.['template']]).to.deep.equal(['healthy', 'lt-2:1']);
    expect(aws.versions).to.have.length(2);
    expect(aws.stand()).to.deep.equal(SERVING('1.0.0'));
  });

  it('ends the refresh at its checkpoint where the first new instance is bad, and is as it was', async () => {
    const { aws, process } = await started();
    aws.answers = ({ tags }) => tags['automation-stack:version'] !== '1.1.0';
    const { target, rollout } = process();
    const before = JSON.parse(JSON.stringify(await target.snapshot())) as TargetSnapshot;
    const error = await rejection(target.deploy(NEXT, rollout), 'DEPLOY_FAILED');
    expect(error.message).to.match(/^i-7: not healthy within 10 s/);
    expect(error.evidence.join('\n')).to.include('i-7 | the last line of the console');
    // The others were never touched.
    expect(aws.stand().filter((one) => one === '1.0.0 running serving')).to.have.length.of.at.least(2);
    const record = await target.restore(before, rollout);
    expect(record).to.include({ status: 'rolled-back', digest: FIRST.artifacts?.['app']?.digest });
    expect(aws.stand()).to.deep.equal(SERVING('1.0.0'));
    expect(aws.launchesFrom).to.equal('1.0.0');
    expect(aws.outages).to.deep.equal([]);
    expect(aws.refreshes.map(({ status }) => status)).to.deep.equal([
      'Successful',
      'Cancelled',
      'Successful',
    ]);
  });

  it('goes back to what Terraform launched where its first release is bad', async () => {
    const { aws, process } = await started({}, false);
    aws.answers = ({ tags }) => tags['automation-stack:version'] === undefined;
    const { target, rollout } = process();
    const before = await target.snapshot();
    await rejection(target.deploy(FIRST, rollout), 'DEPLOY_FAILED');
    await target.restore(before, rollout);
    expect(aws.stand()).to.deep.equal(SERVING('-'));
    expect(aws.launchesFrom).to.equal('lt-1');
  });

  it('fails where the load balancer sends a new instance no requests', async () => {
    const { aws, process } = await started();
    aws.isServed = ({ tags }) => tags['automation-stack:version'] !== '1.1.0';
    const { target, rollout } = process();
    const error = await rejection(target.deploy(NEXT, rollout), 'DEPLOY_FAILED');
    expect(error.message).to.include('shop does not send requests to it');
  });

  it('says why the group launches nothing, once it has waited long enough', async () => {
    const { aws, process } = await started();
    aws.noRoom = 'We currently do not have sufficient m5.large capacity';
    const { target, rollout } = process();
    const error = await rejection(target.deploy(NEXT, rollout), 'DEPLOY_FAILED');
    expect(error.message).to.include('nothing has moved in shop-asg for');
    expect(error.evidence).to.deep.equal([aws.noRoom]);
  });

  it('stays out of a refresh that somebody else has started', async () => {
    const { aws, process } = await started();
    await aws.clients().autoScaling();
    const other = process();
    aws.refreshes.unshift({
      ...{ id: 'by-hand', status: 'InProgress', checkpoints: [], waitUntilMs: Infinity, percent: 0 },
      ...{ template: { id: 'lt-9', version: 1 }, delayMs: 0, changedMs: 0 },
    });
    const error = await rejection(other.target.deploy(NEXT, other.rollout), 'STATE_CONFLICT');
    expect(error.next).to.include('cancel-instance-refresh --auto-scaling-group-name shop-asg');
  });

  it('is set where it wants no instances, and nothing shows that the release works', async () => {
    const { aws, process } = await started();
    aws.desired = 0;
    const { target, rollout } = process();
    expect((await target.deploy(NEXT, rollout)).status).to.equal('unproven');
    expect(aws.launchesFrom).to.equal('1.1.0');
    expect((await target.deploy(NEXT, process().rollout)).status).to.equal('unproven');
  });

  it('is refused where a refresh cannot bring it, or would be an outage, before anything is made', async () => {
    const { aws, process } = await started();
    aws.isMixed = true;
    const { target, rollout } = process();
    const error = await rejection(target.deploy(NEXT, rollout), 'CONFIG_INVALID');
    expect(error.message).to.include('mixed instances');
    Object.assign(aws, { isMixed: false, healthCheck: 'EC2' });
    const blind = await rejection(target.deploy(NEXT, process().rollout), 'CONFIG_INVALID');
    expect(blind.message).to.include('before the new ones serve');
    expect(aws.versions).to.have.length(1);
  });

  it('tells what serves, what a refresh is at, and what a deploy would replace', async () => {
    const { aws, process } = await started();
    const { target } = process();
    expect(await target.status(FIRST)).to.deep.include({ kind: 'instances', healthy: true });
    expect((await target.diff(NEXT)).differences).to.have.length(3);
    expect((await target.diff(FIRST)).differences).to.deep.equal([]);
    expect((await target.operations()).cannot).to.have.property('scale');
    aws.answers = ({ id }) => id !== aws.members[0]?.instance;
    const sick = await target.status(FIRST);
    expect(sick.healthy).to.equal(false);
    expect(sick.summary).to.include('(InService, unhealthy)');
    expect((await target.behind(FIRST)).map(({ host }) => host)).to.deep.equal([aws.members[0]?.instance]);
  });

  it('has no orphans: what the group has launched since is its own', async () => {
    const { aws } = await started();
    const instances = [...aws.instances.values()].map(({ id, tags }) => ({
      id,
      tags,
      state: 'running' as const,
    }));
    expect(orphansAmong(instances, { staging: { targets: {}, isOpen: false } }, 0)).to.deep.equal([]);
  });

  it('decides what its configuration may say', () => {
    const issues = (settings: Record<string, unknown>) =>
      instancesSchema
        .safeParse({
          ...{ kind: 'instances', artifact: 'app', 'launch-template': 'shop', 'target-group': 'shop' },
          ...settings,
        })
        .error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
    const group = { autoscaling: { group: 'shop-asg' }, 'user-data': 'boot.sh' };
    expect(issues(group)).to.equal(undefined);
    expect(issues({})?.[0]).to.match(/^subnets is missing/);
    expect(issues({ ...group, count: 3, playbook: 'a.yml', keep: '1h' })).to.have.length(3);
    expect(issues({ autoscaling: { group: 'a' } })?.[0]).to.match(/^user-data is missing/);
    expect(issues({ ...group, autoscaling: { group: 'a', checkpoints: [50, 20] } })?.[0]).to.include(
      'must rise',
    );
    expect(issues({ ...group, autoscaling: { group: 'a', 'min-healthy': 50 } })?.[0]).to.include(
      'at most 100 above',
    );
  });

  it('judges one instance before the others, whatever its size', () => {
    expect(checkpointsFor(1, undefined)).to.deep.equal([100]);
    expect(checkpointsFor(4, undefined)).to.deep.equal([25, 100]);
    expect(checkpointsFor(300, undefined)).to.deep.equal([1, 100]);
    expect(checkpointsFor(4, [50])).to.deep.equal([50, 100]);
    expect(checkpointsFor(4, [20, 100])).to.deep.equal([20, 100]);
  });
});
