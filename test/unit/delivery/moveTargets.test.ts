import { expect } from 'chai';
import { goingBack } from '../../../runner/src/config/targetNeeds.js';
import type { Context } from '../../../runner/src/context/context.js';
import { deployRelease } from '../../../runner/src/delivery/deploy.js';
import type { DeployRequest } from '../../../runner/src/delivery/deployRequest.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { crash, FakeTarget } from '../../support/fakeTarget.js';
import { rejection } from '../../support/rejection.js';
import { release } from '../../support/stateRecords.js';
import { stageOf } from '../../support/stage.js';

/** `web needs api`: one target a name. */
const configOf = (needs: Readonly<Record<string, readonly string[]>>, onFailure = 'all') => `application: shop
images: { web: { repository: shop/web } }
environments:
  staging:
    on-failure: ${onFailure}
    targets:
${Object.entries(needs)
  .map(
    ([name, needed]) =>
      `      ${name}: { kind: ecs-service, cluster: main, service: ${name}, image: web, needs: [${needed.join(', ')}] }`,
  )
  .join('\n')}
`;
const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

describe('targets that need each other', () => {
  let place: Deployment;
  let targets: readonly FakeTarget[];
  const open = async (needs: Readonly<Record<string, readonly string[]>>, onFailure?: string) => {
    place = await deployment({ 'automation-stack.yml': configOf(needs, onFailure) });
    targets = Object.keys(needs).map((name) => new FakeTarget(name));
  };
  const of = (name: string) => targets.find((target) => target.name === name) as FakeTarget;
  const running = () => Object.fromEntries(targets.map((target) => [target.name, target.running]));
  const deploy = async (version = '0.2.0', more: Partial<DeployRequest> = {}) => {
    const context: Context = { ...place.context, targets: async () => targets };
    return deployRelease(context, {
      environment: await context.environment('staging'),
      release: release(version),
      kind: 'deploy',
      stage: stageOf('deploy:staging', context),
      ...more,
    });
  };
  afterEach(() => place.remove());

  it('wait until what they need has moved; all others go side by side', async () => {
    await open({ web: ['api'], api: ['users'], users: [], mail: [] });
    const order: string[] = [];
    let together = 0;
    let most = 0;
    for (const target of targets)
      target.midway = async () => {
        most = Math.max(most, (together += 1));
        await pause(20);
        together -= 1;
        order.push(target.name);
      };
    await deploy();
    expect(order.indexOf('users')).to.be.lessThan(order.indexOf('api'));
    expect(order.indexOf('api')).to.be.lessThan(order.indexOf('web'));
    expect(most).to.equal(2);
  });

  it('are not begun where what they need fails, and all go back', async () => {
    await open({ web: ['api'], api: [], mail: [] });
    of('api').failDeploy = crash();
    await rejection(deploy(), 'DEPLOY_ROLLED_BACK');
    expect(of('web').calls).not.to.include('deploy 0.2.0');
    expect(running()).to.deep.equal({ web: '0.1.0', api: '0.1.0', mail: '0.1.0' });
  });

  describe('where only dependants go back', () => {
    it('leave the others on the release, which is told and recorded', async () => {
      await open({ web: ['api'], api: [], mail: [], users: [] }, 'dependants');
      of('api').failDeploy = crash();
      const error = await rejection(deploy(), 'DEPLOY_FAILED');
      expect(error.exitCode).to.equal(1);
      expect(error.message).to.contain('0.2.0 was deployed in part: web crashed with exit code 1');
      expect(error.message).to.match(/(mail, users|users, mail) run it, api is as before$/);
      expect(running()).to.deep.equal({ web: '0.1.0', api: '0.1.0', mail: '0.2.0', users: '0.2.0' });
      const { ledger, journal } = await place.context.state();
      const { latest, healthy } = await ledger.current('staging');
      expect(latest).to.include({ status: 'failed' });
      expect(latest?.moved).to.have.members(['mail', 'users']);
      expect(healthy).to.equal(undefined);
      expect(await journal.unfinished('staging')).to.equal(undefined);
    });

    it('know in the next deployment what those run', async () => {
      await open({ api: [], mail: [] }, 'dependants');
      await deploy();
      of('api').failDeploy = crash();
      await rejection(deploy('0.3.0'), 'DEPLOY_FAILED');
      of('api').failDeploy = undefined;
      const known = new Map<string, string | undefined>();
      for (const target of targets)
        target.midway = async (rollout) => void known.set(target.name, rollout.known?.version);
      await deploy('0.4.0');
      expect(Object.fromEntries(known)).to.deep.equal({ api: '0.2.0', mail: '0.3.0' });
    });

    it('go back as a whole where nothing else had moved, or somebody interrupts', async () => {
      await open({ web: ['api'], api: [] }, 'dependants');
      of('api').failDeploy = crash();
      await rejection(deploy(), 'DEPLOY_ROLLED_BACK');
      of('api').failDeploy = undefined;
      of('web').midway = async () => place.interrupt(new Error('SIGINT'));
      await deploy().catch(() => undefined);
      expect(running()).to.deep.equal({ web: '0.1.0', api: '0.1.0' });
    });
  });

  it('move all at once where none needs another, however many they are', async () => {
    await open(Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`s${index}`, []])));
    let begun = 0;
    let allBegun: () => void;
    const together = new Promise<void>((resolve) => (allBegun = resolve));
    for (const target of targets)
      target.midway = async () => {
        if ((begun += 1) === targets.length) allBegun();
        // None ends before all have begun.
        await together;
      };
    await deploy();
    expect(begun).to.equal(10);
  });
});

describe('what goes back with a target', () => {
  it('is all that needs it, and what moves as one with that', () => {
    const needs = { web: ['api'], api: ['users'], users: [], mail: [], proxy: [] };
    expect([...goingBack(['api'], needs)]).to.have.members(['api', 'web']);
    expect([...goingBack(['users'], needs, [['web', 'proxy']])]).to.have.members([
      'users',
      'api',
      'web',
      'proxy',
    ]);
  });
});
