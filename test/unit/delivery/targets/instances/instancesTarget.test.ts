import { expect } from 'chai';
import { StackError } from '../../../../../runner/src/base/errors.js';
import { instancesWorld, releasedArtifact } from '../../../../support/instances/instancesWorld.js';
import { rejection } from '../../../../support/rejection.js';

const FIRST = releasedArtifact('a', '1.0.0');
const NEXT = releasedArtifact('b', '1.1.0');

/** Two instances that serve 1.0.0. */
async function deployed(settings: Record<string, unknown> = {}) {
  const world = instancesWorld(settings);
  const { target, rollout } = world.process();
  const record = await target.deploy(FIRST, rollout);
  const known = { version: '1.0.0', target: record };
  world.entries.length = 0;
  world.aws.asked.length = 0;
  return { ...world, record, known };
}

describe('instances behind a target group', () => {
  it('are launched with all their tags, spread over the subnets, and serve', async () => {
    const { aws, record, played } = await deployed();
    expect(record).to.deep.include({
      kind: 'instances',
      status: 'healthy',
      digest: FIRST.artifacts?.['app']?.digest,
    });
    expect(record.facts).to.deep.equal({ live: 'i-1, i-2' });
    expect(aws.stand()).to.deep.equal(['1.0.0 running serving', '1.0.0 running serving']);
    const [one, other] = [...aws.instances.values()];
    expect([one?.subnet, other?.subnet]).to.deep.equal(['subnet-a', 'subnet-b']);
    expect(one?.tags).to.deep.include({
      ...{ Name: 'shop-staging-web', 'automation-stack:application': 'shop' },
      ...{ 'automation-stack:environment': 'staging', 'automation-stack:target': 'web' },
      ...{
        'automation-stack:version': '1.0.0',
        'automation-stack:run': '7-n1',
        'automation-stack:slot': '0',
      },
    });
    expect(played).to.have.members(['i-1 1.0.0', 'i-2 1.0.0']);
  });

  it('are replaced: the old ones serve until the new ones do, and are kept stopped', async () => {
    const { aws, process, known, entries } = await deployed();
    const { target, rollout } = process({ known });
    const { facts = {} } = await target.deploy(NEXT, rollout);
    expect(aws.outages).to.deep.equal([]);
    expect(aws.stand()).to.deep.equal([
      ...['1.0.0 stopped', '1.0.0 stopped', '1.1.0 running serving', '1.1.0 running serving'],
    ]);
    expect(facts).to.include({ live: 'i-3, i-4', kept: '1.0.0', 'kept-instances': 'i-1, i-2' });
    expect(Date.parse(facts['kept-until']!) - Date.parse(facts['kept-since']!)).to.equal(24 * 3_600_000);
    const actions = entries.map(({ action }) => action);
    expect(actions.indexOf('retire')).to.be.above(actions.lastIndexOf('register'));
  });

  it('are left alone where they run the release, and what is kept is not forgotten', async () => {
    const { aws, process, known } = await deployed();
    const next = process({ known });
    const record = await next.target.deploy(NEXT, next.rollout);
    aws.asked.length = 0;
    const again = process({ known: { version: '1.1.0', target: record } });
    expect(await again.target.deploy(NEXT, again.rollout)).to.deep.equal({ ...record, status: 'unchanged' });
    expect(aws.asked.filter(({ action }) => !action.startsWith('Describe'))).to.deep.equal([]);
  });

  it('that were kept go with the next deploy', async () => {
    const { aws, process, known } = await deployed();
    const second = process({ known });
    await second.target.deploy(NEXT, second.rollout);
    const third = process();
    await third.target.deploy(releasedArtifact('c', '1.2.0'), third.rollout);
    expect(aws.stand()).to.deep.equal([
      ...['1.1.0 stopped', '1.1.0 stopped', '1.2.0 running serving', '1.2.0 running serving'],
    ]);
  });

  it('keeps the old ones running, or not at all, where that is configured', async () => {
    const cases = { running: { for: '1h', as: 'running' }, not: '0s' };
    for (const [name, keep] of Object.entries(cases)) {
      const { aws, process } = await deployed({ keep });
      const { target, rollout } = process();
      await target.deploy(NEXT, rollout);
      const old = name === 'running' ? ['1.0.0 running', '1.0.0 running'] : [];
      expect(aws.stand(), name).to.deep.equal([...old, '1.1.0 running serving', '1.1.0 running serving']);
    }
  });

  it('go back to what was kept: started, confirmed, registered, and not configured again', async () => {
    const { aws, process, played } = await deployed();
    const next = process();
    const record = await next.target.deploy(NEXT, next.rollout);
    played.length = 0;
    aws.asked.length = 0;
    const back = process({ kind: 'rollback', known: { version: '1.1.0', target: record } });
    const { facts } = await back.target.deploy(FIRST, back.rollout);
    expect(aws.stand()).to.deep.equal([
      ...['1.0.0 running serving', '1.0.0 running serving', '1.1.0 stopped', '1.1.0 stopped'],
    ]);
    expect(facts).to.include({ live: 'i-1, i-2', kept: '1.1.0' });
    expect(played).to.deep.equal([]);
    expect(aws.asked.map(({ action }) => action)).not.to.include('RunInstances');
    expect(aws.outages).to.deep.equal([]);
  });

  it('go back to those that somebody names, and to no other', async () => {
    const { aws, process } = await deployed();
    const next = process();
    await next.target.deploy(NEXT, next.rollout);
    const back = process({ kind: 'rollback', instances: ['i-2'] });
    const { facts } = await back.target.deploy(FIRST, back.rollout);
    expect(facts).to.include({ live: 'i-2', kept: '1.1.0' });
    expect(aws.stand().filter((one) => one.endsWith('serving'))).to.deep.equal(['1.0.0 running serving']);
    const other = process({ kind: 'rollback', instances: ['i-9'] });
    const failed = await rejection(other.target.deploy(FIRST, other.rollout), 'USAGE');
    expect(failed.message).to.equal('web has no instance i-9 with 1.0.0');
    expect(await back.target.versionOf(['i-3', 'i-4'])).to.equal('1.1.0');
    await rejection(back.target.versionOf(['i-1', 'i-4']), 'USAGE');
    await rejection(back.target.versionOf(['i-9']), 'USAGE');
  });

  it('go back by a launch where nothing was kept', async () => {
    const { aws, process } = await deployed({ keep: '0s' });
    const next = process();
    await next.target.deploy(NEXT, next.rollout);
    const back = process({ kind: 'rollback' });
    await back.target.deploy(FIRST, back.rollout);
    expect(aws.stand()).to.deep.equal(['1.0.0 running serving', '1.0.0 running serving']);
    expect(aws.outages).to.deep.equal([]);
  });

  describe('of which one is bad', () => {
    const second = ({ id }: { readonly id: string }) => id === 'i-4';

    it('fails, and everything is as it was', async () => {
      const { aws, process } = await deployed();
      aws.answers = (one) => !second(one);
      const { target, rollout } = process();
      const before = await target.snapshot();
      const error = await rejection(target.deploy(NEXT, rollout), 'DEPLOY_FAILED');
      expect(error.message).to.match(/^i-4: not healthy within 10 s.*; 1 of 2 serve, 2 must$/);
      expect(error.evidence.join('\n')).to.include('i-4 | the last line of the console');
      const record = await target.restore(before, { ...rollout, begun: [] });
      expect(record.status).to.equal('rolled-back');
      expect(aws.stand()).to.deep.equal(['1.0.0 running serving', '1.0.0 running serving']);
      expect(aws.outages).to.deep.equal([]);
    });

    it('goes on with the others where so many are enough', async () => {
      const { aws, process } = await deployed({ succeed: 1 });
      aws.answers = (one) => !second(one);
      const { target, rollout } = process();
      const record = await target.deploy(NEXT, rollout);
      expect(record.status).to.equal('partial');
      expect(record.hosts?.total).to.equal(2);
      expect(record.hosts?.behind.map(({ host, cause }) => `${host} ${cause}`)).to.deep.equal([
        'i-4 unhealthy',
      ]);
      expect(aws.stand()).to.deep.equal(['1.0.0 stopped', '1.0.0 stopped', '1.1.0 running serving']);
      // The next deploy of the same release brings what is missing.
      aws.answers = () => true;
      const again = process();
      await again.target.deploy(NEXT, again.rollout);
      expect(aws.stand().filter((one) => one === '1.1.0 running serving')).to.have.length(2);
    });

    it('is restarted once, and confirmed again', async () => {
      const { aws, process } = await deployed();
      aws.answers = (one) => !second(one) || one.reboots > 0;
      const { target, rollout } = process();
      expect((await target.deploy(NEXT, rollout)).status).to.equal('healthy');
      expect([...aws.instances.values()].map(({ reboots }) => reboots)).to.deep.equal([0, 0, 0, 1]);
    });

    it('is restarted by the target’s own command', async () => {
      const { aws, process, hooks } = await deployed({ restart: 'systemctl restart shop' });
      const commands: string[] = [];
      hooks.command = ({ id }, argv) => (commands.push(`${id} ${argv.join(' ')}`), 0);
      aws.answers = (one) => !second(one) || commands.length > 0;
      const { target, rollout } = process();
      await target.deploy(NEXT, rollout);
      expect(commands).to.deep.equal(['i-4 systemctl restart shop']);
    });

    it('leaves the group where that sends it no requests', async () => {
      const { aws, process } = await deployed();
      aws.isServed = (one) => !second(one);
      const { target, rollout } = process();
      const error = await rejection(target.deploy(NEXT, rollout), 'DEPLOY_FAILED');
      expect(error.message).to.match(/^i-4: shop does not send requests to it \(unhealthy\)/);
      expect(aws.registered.has('i-4')).to.equal(false);
    });

    it('ends at once, and says why', async () => {
      const { aws, process } = await deployed();
      aws.endsAtOnce = second;
      const { target, rollout } = process();
      const error = await rejection(target.deploy(NEXT, rollout), 'DEPLOY_FAILED');
      expect(error.message).to.include('i-4: is terminated: Client.VolumeLimitExceeded: too many');
    });

    it('fails in its playbook', async () => {
      const { process, hooks } = await deployed();
      hooks.play = (one) =>
        second(one)
          ? [
              {
                host: one.id,
                unreachable: false,
                task: 'Unpack',
                message: 'disk full',
                where: '',
                output: [],
              },
            ]
          : [];
      const { target, rollout } = process();
      const error = await rejection(target.deploy(NEXT, rollout), 'DEPLOY_FAILED');
      expect(error.message).to.include('i-4: task "Unpack": disk full');
    });
  });

  it('go to another subnet where one has no room, and say so where none has', async () => {
    const world = instancesWorld();
    world.aws.full.add('subnet-a');
    const one = world.process();
    await one.target.deploy(FIRST, one.rollout);
    expect([...world.aws.instances.values()].map(({ subnet }) => subnet)).to.deep.equal([
      'subnet-b',
      'subnet-b',
    ]);
    world.aws.full.add('subnet-b');
    const other = world.process();
    const error = await rejection(other.target.deploy(NEXT, other.rollout), 'DEPLOY_FAILED');
    expect(error.message).to.include('no subnet has room for instance');
    expect(error.evidence.join('\n')).to.include('no m5.large in subnet-b');
    expect(world.aws.stand()).to.deep.equal(['1.0.0 running serving', '1.0.0 running serving']);
  });

  it('are not launched where the artifact is another one by now', async () => {
    const { aws, process, hooks } = await deployed();
    hooks.fetch = () => Promise.reject(new StackError('ARTIFACT_CHANGED', 'changed'));
    const { target, rollout } = process();
    await rejection(target.deploy(NEXT, rollout), 'ARTIFACT_CHANGED');
    expect(aws.asked.map(({ action }) => action)).not.to.include('RunInstances');
  });

  it('leave targets of others alone, unless somebody says so', async () => {
    const { aws, process } = await deployed();
    aws.registered.set('i-other', 0);
    const refused = process();
    const error = await rejection(refused.target.deploy(NEXT, refused.rollout), 'STATE_CONFLICT');
    expect(error.message).to.include('i-other');
    const forced = process({ isForced: true });
    await forced.target.deploy(NEXT, forced.rollout);
    expect([...aws.registered.keys()]).to.deep.equal(['i-3', 'i-4']);
  });

  it('configure themselves by user data, and are probed from here', async () => {
    const world = instancesWorld({ playbook: undefined, 'user-data': 'boot.sh' });
    const { target, rollout } = world.process();
    await target.deploy(FIRST, rollout);
    expect([...world.aws.instances.values()].map(({ userData }) => userData)).to.deep.equal([
      ...['release 1.0.0 $HOME', 'release 1.0.0 $HOME'],
    ]);
    expect(world.played).to.deep.equal([]);
    expect(world.aws.stand()).to.deep.equal(['1.0.0 running serving', '1.0.0 running serving']);
  });

  it('tell what serves and what is kept', async () => {
    const { aws, process } = await deployed();
    const next = process();
    await next.target.deploy(NEXT, next.rollout);
    const status = await next.target.status(NEXT);
    expect(status).to.include({ healthy: true, digest: NEXT.artifacts?.['app']?.digest });
    expect(status.summary).to.equal(
      'i-3 1.1.0 · i-4 1.1.0; beside them i-1 1.0.0 stopping · i-2 1.0.0 stopping',
    );
    expect((await next.target.status(FIRST)).healthy).to.equal(false);
    aws.answers = ({ id }) => id !== 'i-3';
    expect((await next.target.status(NEXT)).healthy).to.equal(false);
  });

  it('are drained by hand: what is kept goes, what serves stays', async () => {
    const { aws, process } = await deployed();
    const next = process();
    await next.target.deploy(NEXT, next.rollout);
    const { drain } = await next.target.operations();
    aws.registered.delete('i-4');
    const asked = {
      live: 'i-3, i-4',
      signal: next.rollout.signal,
      subject: next.rollout.stage.subject('web'),
    };
    const end = await drain!(asked);
    expect(end).to.include({ colour: '1.0.0', before: 2 });
    // One that somebody has taken out for a while is not kept: it is live.
    expect(aws.stand()).to.deep.equal(['1.1.0 running', '1.1.0 running serving']);
    aws.answers = () => false;
    await rejection(drain!(asked), 'STATE_CONFLICT');
  });

  describe('with a platform that is busy', () => {
    for (const kind of ['deploy', 'rollback'] as const)
      for (const fault of ['throttle', 'lose'] as const)
        it(`${kind}: ends well where any request ${fault === 'throttle' ? 'is throttled' : 'loses its answer'}`, async function () {
          this.timeout(30_000);
          /** A run in which a request has a fault, and which requests it made. */
          const run = async (action?: string, nth?: number) => {
            const { aws, process } = await deployed();
            if (kind === 'rollback') {
              const next = process();
              await next.target.deploy(NEXT, next.rollout);
              aws.asked.length = 0;
            }
            let seen = 0;
            aws.fault = (asked) => (asked === action && (seen += 1) === nth ? fault : undefined);
            const { target, rollout } = process({ kind });
            await target.deploy(kind === 'deploy' ? NEXT : FIRST, rollout);
            const context = `${fault} of ${action} ${nth}`;
            const [now, old] = kind === 'deploy' ? ['1.1.0', '1.0.0'] : ['1.0.0', '1.1.0'];
            expect(aws.stand(), context).to.have.members([
              ...[`${now} running serving`, `${now} running serving`, `${old} stopped`, `${old} stopped`],
            ]);
            expect(aws.outages, context).to.deep.equal([]);
            return new Set(aws.asked.map((one) => one.action));
          };
          for (const action of await run()) for (const nth of [1, 2]) await run(action, nth);
        });
  });
});
