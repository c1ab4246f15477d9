import { expect } from 'chai';
import { StackError } from '../../../../runner/src/base/errors.js';
import { adoptionNotes } from '../../../../runner/src/starter/fromService/rules/adoptionNotes.js';
import type {
  LivingService,
  LivingStrategy,
} from '../../../../runner/src/starter/fromService/rules/livingService.js';
import { originNames, originOf } from '../../../../runner/src/starter/fromService/rules/origin.js';
import {
  imageReference,
  runningImage,
} from '../../../../runner/src/starter/fromService/rules/runningImage.js';
import {
  missingService,
  refuseOthers,
  requireEnvironmentName,
  servicePlace,
} from '../../../../runner/src/starter/fromService/rules/serviceName.js';
import { strategyLines } from '../../../../runner/src/starter/fromService/rules/strategyOf.js';
import { balancer, DIGEST, facts, living, REGISTRY } from '../../../support/livingService.js';
import { finding } from '../../../support/starterProject.js';

function thrown(action: () => unknown): StackError {
  try {
    action();
  } catch (error) {
    return error as StackError;
  }
  throw new Error('nothing was thrown');
}

describe('the service that is named', () => {
  it('is CLUSTER/SERVICE or an ARN, whose region counts', () => {
    expect(servicePlace('main/web')).to.deep.equal({ cluster: 'main', service: 'web' });
    expect(servicePlace('arn:aws:ecs:eu-north-1:111111111111:service/main/web')).to.deep.equal({
      cluster: 'main',
      service: 'web',
      region: 'eu-north-1',
    });
    for (const wrong of ['web', 'a/b/c', '/web', 'main/', 'arn:aws:ecs:eu-north-1:111111111111:cluster/main'])
      expect(thrown(() => servicePlace(wrong)).code, wrong).to.equal('USAGE');
    expect(thrown(() => requireEnvironmentName('Staging')).code).to.equal('USAGE');
  });

  it('is told with what is like it where it is not there', () => {
    const place = { cluster: 'main', service: 'wbe' };
    const there = { region: 'eu-west-1', account: '111111111111' };
    const near = missingService(place, there, 'service', ['api', 'web']);
    expect(near.next).to.contain('--from-service main/web');
    expect(near.evidence).to.deep.equal(['services there: api and web']);
    expect(near.where).to.equal('account 111111111111, eu-west-1');
    const none = missingService(place, there, 'cluster', []);
    expect(none.message).to.equal('there is no ECS cluster main in eu-west-1');
    expect(none.evidence).to.deep.equal(['there are no clusters at all']);
    expect(
      missingService(place, { ...there, account: undefined }, 'cluster', undefined).evidence,
    ).to.deep.equal([]);
  });

  it('is refused by name where something else moves it', () => {
    const refused = (more: Partial<LivingService>) => thrown(() => refuseOthers(living(more)));
    expect(refused({ controller: 'CODE_DEPLOY' }).message).to.contain('by CodeDeploy (CODE_DEPLOY)');
    expect(refused({ controller: 'EXTERNAL' }).message).to.contain('by an external controller');
    expect(refused({ isDaemon: true }).message).to.contain('is a daemon');
    refuseOthers(living());
  });
});

describe('the strategy of a service', () => {
  const lines = (strategy: Partial<LivingStrategy>, balancers = [balancer()]) => {
    const set = { kind: 'BLUE_GREEN', bakeMinutes: 5, alarms: [], hooks: [], ...strategy };
    const { found, notes } = finding((note) =>
      strategyLines(living({ strategy: set, balancers }), 'web', note),
    );
    return { lines: found.map((line) => line.trim()), notes };
  };
  it('is left out where it is rolling, whose alarms and functions stay', () => {
    const hooks = [{ type: 'AWS_LAMBDA', stages: ['PRE_SCALE_UP'] }];
    const rolling = lines({ kind: 'ROLLING', alarms: ['5xx'], hooks });
    expect(rolling.lines).to.deep.equal([]);
    expect(rolling.notes).to.contain('the alarms 5xx stay').and.to.contain('functions at PRE_SCALE_UP');
  });
  it('has the pauses that a deploy can have, and says which it cannot', () => {
    const hooks = [
      { type: 'PAUSE', stages: ['POST_TEST_TRAFFIC_SHIFT', 'PRE_SCALE_UP'], timeoutMinutes: 60 },
      { type: 'PAUSE', stages: ['TEST_TRAFFIC_SHIFT'], timeoutMinutes: 30 },
    ];
    const paused = lines({ hooks });
    expect(paused.lines)
      .to.include('pause: [before-scale-up, after-test-traffic]')
      .and.include('pause-timeout: 60m');
    expect(paused.notes).to.contain('the pause at TEST_TRAFFIC_SHIFT is left out');
  });
  it('has the test rule only where there is one', () => {
    expect(lines({}).lines.some((line) => line.startsWith('test-rule:'))).to.equal(true);
    const { moves } = balancer();
    const without = [balancer({ moves: { ...(moves as NonNullable<typeof moves>), testRule: undefined } })];
    expect(lines({}, without).lines.some((line) => line.startsWith('test-rule:'))).to.equal(false);
  });
  it('is refused where the service lacks what a target needs, each thing by name', () => {
    expect(thrown(() => lines({}, [])).message).to.contain('BLUE_GREEN without a load balancer');
    expect(
      thrown(() => lines({ kind: 'CANARY' }, [balancer({ moves: undefined as never })])).message,
    ).to.contain('CANARY without an alternate target group and a production listener rule and a role');
    expect(thrown(() => lines({ kind: 'SHADOW' })).message).to.contain(
      'the strategy SHADOW, which is not known',
    );
  });
});

describe('the image that runs', () => {
  it('is read off the reference, with a repository only where it is in the account’s own registry', () => {
    const of = (image: string) => imageReference(image, REGISTRY);
    expect(of(`${REGISTRY}/shop/web:1.4.2`)).to.deep.equal({ repository: 'shop/web', tag: '1.4.2' });
    expect(of(`${REGISTRY}/shop/web`)).to.deep.equal({ repository: 'shop/web', tag: 'latest' });
    expect(of(`${REGISTRY}/shop/web:1@${DIGEST}`)).to.deep.equal({
      repository: 'shop/web',
      tag: '1',
      digest: DIGEST,
    });
    expect(of('localhost:5000/web')).to.deep.equal({ tag: 'latest' });
    expect(of('nginx:1.27')).to.deep.equal({ tag: '1.27' });
  });
  it('is what its tag means, as long as the tasks run that, or a platform of it', () => {
    const other = `sha256:${'b'.repeat(64)}`;
    const tagged = { digest: DIGEST, text: `{"manifests":[{"digest":"${other}"}]}` };
    const reference = { repository: 'shop/web', tag: '1' };
    const found = (running: readonly string[], manifest: typeof tagged | undefined = tagged) => {
      const { digest, tagHolds } = runningImage(reference, manifest, running);
      return [digest, tagHolds];
    };
    expect(found([])).to.deep.equal([DIGEST, true]);
    expect(found([DIGEST, other])).to.deep.equal([DIGEST, true]);
    const moved = `sha256:${'c'.repeat(64)}`;
    expect(found([moved])).to.deep.equal([moved, false]);
    expect(found([moved, DIGEST])).to.deep.equal([undefined, false]);
    expect(runningImage(reference, undefined, [])).to.include({ digest: undefined, tagHolds: false });
  });
});

describe('the sources of what runs', () => {
  const head = 'a'.repeat(40);
  it('are those of a commit or a version that the tag stands for', () => {
    expect(originNames({ tag: 'latest', tagHolds: true })).to.deep.equal([]);
    expect(originNames({ tag: '1.4.2', tagHolds: true })).to.deep.equal([
      'refs/tags/1.4.2^{commit}',
      'refs/tags/v1.4.2^{commit}',
    ]);
    expect(originNames({ tag: 'abc1234', tagHolds: true })[0]).to.equal('abc1234^{commit}');
    expect(originOf(head, undefined)).to.deep.equal({ from: 'here', isProven: false });
    expect(originOf(head, { name: 'abc1234^{commit}', commit: head })).to.deep.equal({
      from: 'here',
      isProven: true,
    });
    const commit = 'b'.repeat(40);
    expect(originOf(head, { name: 'refs/tags/v1.4.2^{commit}', commit })).to.deep.equal({
      from: 'elsewhere',
      commit,
      tag: 'v1.4.2',
    });
  });
  it('are told, and what follows from them', () => {
    const release = { version: '0.1.0', commit: head };
    const here = (isProven: boolean) => ({
      release,
      origin: { from: 'here', isProven } as const,
      status: 'healthy',
    });
    const told = (
      ...[recorded, isClean = true, tagHolds = true]: [
        Parameters<typeof adoptionNotes>[2],
        boolean?,
        boolean?,
      ]
    ) => adoptionNotes(facts(living()).facts, { tag: '1', tagHolds }, recorded, isClean).join('\n');
    expect(told(here(true))).to.contain('made of what is checked out (aaaaaaaa), as its tag says');
    expect(told(here(false)))
      .to.contain('as if made of what is checked out')
      .and.to.contain('push --force');
    expect(told(here(false), false)).to.contain('uncommitted changes');
    expect(told({ ...here(true), status: 'unproven' })).to.contain('counts as unproven');
    expect(told(here(true), true, false)).to.contain('the tag 1 means another image by now');
    expect(told({ refused: 'x' })).to.contain('what runs is not recorded as a release: x');
  });
});
