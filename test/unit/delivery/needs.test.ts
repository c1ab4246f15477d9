import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import type { Context } from '../../../runner/src/context/context.js';
import type { DeploymentKind, DeploymentStatus, ReleaseRecord } from '../../../runner/src/domain/records.js';
import type { DeployRequest } from '../../../runner/src/delivery/deployRequest.js';
import { deployRelease } from '../../../runner/src/delivery/deploy.js';
import { requireUpstream } from '../../../runner/src/delivery/needs.js';
import { promoteRelease } from '../../../runner/src/delivery/promote.js';
import { rollbackEnvironment } from '../../../runner/src/delivery/rollback.js';
import { lastDeployment, walkUpstream } from '../../../runner/src/delivery/upstream.js';
import { openState, type State } from '../../../runner/src/state/state.js';
import { stores } from '../../../runner/src/state/stores/stores.js';
import { openStore } from '../../../runner/src/state/store.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { FakeTarget } from '../../support/fakeTarget.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { rejection } from '../../support/rejection.js';
import { alice, draft, FakeClock, release as releaseOf } from '../../support/stateRecords.js';
import { stageOf } from '../../support/stage.js';

const SHOP = `application: shop
needs: { auth: stores }
images: { web: { repository: shop/web } }
environments:
  staging: { targets: { web: { kind: fleet, group: web, image: web } } }
  production: { extends: staging, promotion: { from: staging } }
`;
const release = (version: string): ReleaseRecord => releaseOf(version, { images: {} });
const STATE = { location: '.', 'lock-expiry': 900_000 };

describe('a deployment of an application that needs another', () => {
  let shop: Deployment;
  let web: FakeTarget;

  const context = (): Context => ({ ...shop.context, targets: async () => [web] });
  /** The state of an application that leaves its records in a directory beside the configuration. */
  const stateOf = async (application: string, location = 'stores'): Promise<State> => {
    const place = { application, directory: shop.directory, state: { ...STATE, location } };
    const store = await openStore(place, { env: {}, secrets: new SecretRegistry() }, stores);
    return openState(store, { state: STATE }, systemClock);
  };
  /** Records a deployment of an application as its own runner would. */
  const record = async (
    application: string,
    status: DeploymentStatus,
    {
      environment = 'staging',
      kind = 'deploy',
      version = '1.0.0',
    }: { environment?: string; kind?: DeploymentKind; version?: string } = {},
  ) => {
    const { ledger } = await stateOf(application);
    const started = await ledger.startDeployment(draft(version, { environment, kind }));
    if (status === 'running') return started;
    return ledger.finishDeployment({ ...started, status, reason: 'web crashed with exit code 1' });
  };
  const describeIn = async (
    application: string,
    needs: Readonly<Record<string, string>>,
    environments = ['staging', 'production'],
  ) => {
    const { store } = await stateOf(application);
    await store.put('application.json', JSON.stringify({ application, environments, needs }));
  };
  const deploy = async (version: string, more: Partial<DeployRequest> = {}) => {
    const { ledger } = await shop.context.state();
    await ledger.putRelease(release(version));
    return deployRelease(context(), {
      environment: await shop.context.environment('staging'),
      release: release(version),
      kind: 'deploy',
      stage: stageOf('deploy:staging', context()),
      ...more,
    });
  };
  const application = async () => {
    const stored = await (await shop.context.store()).get('application.json');
    return stored === undefined ? undefined : (JSON.parse(stored.body) as unknown);
  };
  const messages = () => shop.events.flatMap((event) => ('message' in event ? [event.message] : []));

  beforeEach(async () => {
    shop = await deployment({ 'automation-stack.yml': SHOP });
    web = new FakeTarget('web');
  });
  afterEach(() => shop.remove());

  it('goes where what it needs is healthy', async () => {
    await record('auth', 'healthy');
    await deploy('2.0.0');
    expect(web.running).to.equal('2.0.0');
  });

  it('is held back before anything is touched where that failed, and goes once it is healthy again', async () => {
    await record('auth', 'healthy');
    await record('auth', 'rolled-back', { version: '1.1.0' });
    const error = await rejection(deploy('2.0.0'), 'UPSTREAM_FAILED');
    expect(error.message).to.contain('auth 1.1.0 was rolled back in staging: web crashed with exit code 1');
    expect(web.calls).to.deep.equal([]);
    const { ledger, locks } = await shop.context.state();
    expect(await ledger.deployments('staging')).to.deep.equal([]);
    expect(await locks.holder('staging')).to.equal(undefined);
    await record('auth', 'healthy', { version: '1.1.1' });
    await deploy('2.0.0');
    expect(web.running).to.equal('2.0.0');
  });

  it('is held back by what fails further upstream', async () => {
    await record('auth', 'healthy');
    await describeIn('auth', { identity: join(shop.directory, 'stores') });
    await record('identity', 'failed');
    const error = await rejection(deploy('2.0.0'), 'UPSTREAM_FAILED');
    expect(error.evidence.join('\n')).to.contain('needed by auth');
    await record('identity', 'healthy');
    await deploy('2.0.0');
  });

  it('is held back where that was never deployed there, but not where it has no such environment', async () => {
    await rejection(deploy('2.0.0'), 'UPSTREAM_MISSING');
    await record('auth', 'healthy', { environment: 'production' });
    await rejection(deploy('2.0.0'), 'UPSTREAM_MISSING');
    await describeIn('auth', {}, ['production']);
    await deploy('2.0.0');
    expect(web.running).to.equal('2.0.0');
  });

  it('exits 4 while that is being deployed, or waits until it has ended', async () => {
    const { locks, ledger } = await stateOf('auth');
    const lock = await locks.acquire('staging', alice);
    const running = await record('auth', 'running');
    expect((await rejection(deploy('2.0.0'), 'UPSTREAM_RUNNING')).exitCode).to.equal(4);
    const waits = new Promise<void>((resolve) =>
      shop.context.events.subscribe({
        handle: (event) => {
          if (event.type === 'stage.progress' && event.message.startsWith('waiting: auth')) resolve();
        },
      }),
    );
    const going = deploy('2.0.0', { waitMs: 60_000 });
    await waits;
    expect(web.calls).to.deep.equal([]);
    await ledger.finishDeployment({ ...running, status: 'healthy' });
    await lock.release();
    await going;
    expect(web.running).to.equal('2.0.0');
  });

  it('stops waiting where what it waits for fails', async () => {
    const { locks, ledger } = await stateOf('auth');
    const lock = await locks.acquire('staging', alice);
    const running = await record('auth', 'running');
    const sleeps: number[] = [];
    const clock = {
      ...systemClock,
      sleep: async (ms: number) => {
        sleeps.push(ms);
        await ledger.finishDeployment({ ...running, status: 'failed' });
        await lock.release();
      },
    };
    const waiting = requireUpstream(
      { ...context(), clock },
      { environment: 'staging', stage: stageOf('needs:staging', context()), waitMs: 600_000 },
    );
    await rejection(waiting, 'UPSTREAM_FAILED');
    expect(sleeps).to.have.length(1);
  });

  it('gives up waiting on a signal', async () => {
    const { locks } = await stateOf('auth');
    const lock = await locks.acquire('staging', alice);
    await record('auth', 'running');
    const stop = new Error('stop');
    shop.context.events.subscribe({
      handle: (event) => {
        if (event.type === 'stage.progress') shop.interrupt(stop);
      },
    });
    const caught = await deploy('2.0.0', { waitMs: 600_000 }).catch((error: unknown) => error);
    expect(caught).to.equal(stop);
    await lock.release();
  });

  it('takes a run that was killed for what it is', async () => {
    await record('auth', 'running');
    const error = await rejection(deploy('2.0.0', { waitMs: 60_000 }), 'UPSTREAM_FAILED');
    expect(error.message).to.contain('was cut off');
  });

  it('goes past it for a reason, which is recorded and told', async () => {
    await record('auth', 'failed');
    const { deployment: made } = await deploy('2.0.0', { forcedBy: 'ada', forcedReason: 'hotfix' });
    expect(made).to.include({ forcedBy: 'ada', forcedReason: 'hotfix', status: 'healthy' });
    expect(messages().join('\n')).to.contain('auth 1.0.0 failed in staging').and.to.contain('forced: hotfix');
  });

  it('is not held back where nothing would change, nor where it rolls back', async () => {
    await record('auth', 'healthy');
    await deploy('2.0.0');
    await deploy('2.1.0');
    await record('auth', 'failed');
    expect((await deploy('2.1.0')).unchanged).to.equal(true);
    await rejection(deploy('2.2.0'), 'UPSTREAM_FAILED');
    const environment = await shop.context.environment('staging');
    await rollbackEnvironment(context(), { environment, stage: stageOf('rollback:staging', context()) });
    expect(web.running).to.equal('2.0.0');
  });

  it('is not held back when it goes on with what was cut off', async () => {
    await record('auth', 'healthy');
    const { ledger, journal } = await shop.context.state();
    await ledger.putRelease(release('2.0.0'));
    const started = await ledger.startDeployment(draft('2.0.0'));
    await journal.open(started, { web: { running: '0.1.0' } });
    await record('auth', 'failed');
    const resume = await journal.unfinished('staging');
    await deploy('2.0.0', { resume: resume! });
    expect(web.running).to.equal('2.0.0');
  });

  it('is promoted only where what it needs is healthy in that environment', async () => {
    const promote = async () =>
      promoteRelease(context(), {
        environment: await shop.context.environment('production'),
        stage: stageOf('promote:production', context()),
        version: '2.0.0',
      });
    await record('auth', 'healthy');
    await deploy('2.0.0');
    await rejection(promote(), 'UPSTREAM_MISSING');
    await record('auth', 'healthy', { environment: 'production', kind: 'promote' });
    expect((await promote()).deployment).to.include({ environment: 'production', status: 'healthy' });
  });

  it('is not even taken through staging where it could not be promoted afterwards', async () => {
    shop.write({ Dockerfile: 'FROM scratch\n' });
    execFileSync('git', ['init', '--quiet'], { cwd: shop.directory });
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid'];
    execFileSync('git', [...identity, 'commit', '--quiet', '--allow-empty', '-m', 'feat: begin'], {
      cwd: shop.directory,
    });
    await record('auth', 'healthy');
    const promotion = promoteRelease(context(), {
      environment: await shop.context.environment('production'),
      stage: stageOf('promote:production', context()),
    });
    expect((await rejection(promotion, 'UPSTREAM_MISSING')).where).to.equal('production');
    expect(await (await shop.context.state()).ledger.releases()).to.deep.equal([]);
  });

  it('leaves what others must know of it, and writes that again only where it changed', async () => {
    const place = join(shop.directory, 'stores');
    await record('auth', 'healthy');
    const { deployment: made } = await deploy('2.0.0');
    expect(made.needs).to.deep.equal({ auth: place });
    const wanted = { application: 'shop', environments: ['staging', 'production'], needs: { auth: place } };
    expect(await application()).to.deep.equal(wanted);
    // What is known is not even looked at.
    const store = await shop.context.store();
    await store.delete('application.json');
    await deploy('2.1.0');
    expect(await application()).to.equal(undefined);
    shop.write({ 'automation-stack.yml': SHOP.replace('needs: { auth: stores }\n', '') });
    shop = await shop.again();
    await deploy('2.2.0');
    expect(await application()).to.deep.equal({ ...wanted, needs: {} });
  });

  describe('in a graph', () => {
    it('is refused by name where what it needs needs it', async () => {
      await record('auth', 'healthy');
      await describeIn('auth', { shop: join(shop.directory, '.automation-stack') });
      const error = await rejection(deploy('2.0.0'), 'NEEDS_CYCLE');
      expect(error.message).to.contain('auth → shop → auth');
      expect(error.evidence).to.deep.equal([
        `auth needs shop: ${join(shop.directory, 'stores/auth/application.json')}`,
        `shop needs auth: ${join(shop.directory, 'automation-stack.yml')}`,
      ]);
      expect(web.calls).to.deep.equal([]);
      // A circle is not left in the store, where it would stop others.
      expect(await application()).to.equal(undefined);
    });

    it('reads every application once, however many need it', async () => {
      const stores = join(shop.directory, 'stores');
      shop.write({
        'automation-stack.yml': SHOP.replace('{ auth: stores }', '{ auth: stores, mail: stores }'),
      });
      shop = await shop.again();
      await describeIn('auth', { identity: stores });
      await describeIn('mail', { identity: stores });
      const { order, upstream } = await walkUpstream(shop.context);
      expect(order).to.deep.equal([['identity'], ['auth', 'mail'], ['shop']]);
      expect(upstream[0]).to.deep.include({ application: 'identity', neededBy: ['auth', 'mail'] });
    });

    it('names the need, not the place of its own records, in what to correct', async () => {
      shop = await shop.again({ JENKINS_URL: 'http://jenkins/', WORKSPACE: shop.directory });
      const error = await rejection(walkUpstream(shop.context), 'CONFIG_INVALID');
      expect(error.message).to.match(/^needs\.auth of shop is a directory of this workspace/);
      expect(error.where).to.equal('needs.auth of shop');
    });

    it('says whose records cannot be read, who needs them and where that is written', async () => {
      mkdirSync(join(shop.directory, 'stores/auth'), { recursive: true });
      writeFileSync(join(shop.directory, 'stores/auth/application.json'), 'not JSON');
      const error = await rejection(deploy('2.0.0'), 'UPSTREAM_UNREADABLE');
      expect(error.message).to.contain('cannot read the status of auth').and.to.contain('not valid JSON');
      expect(error.where).to.equal(join(shop.directory, 'stores'));
      expect(error.evidence[0]).to.equal(`needed by shop: ${join(shop.directory, 'automation-stack.yml')}`);
      expect(error.category).to.equal('infrastructure');
    });
  });

  describe('whose sources are here', () => {
    const neighbour = (text: string) => shop.write({ 'auth/automation-stack.yml': text });
    const AUTH = 'application: auth\nstate: { location: ../stores }\nenvironments: { staging: {} }\n';
    beforeEach(async () => {
      shop.write({ 'automation-stack.yml': SHOP.replace('stores', 'auth') });
      shop = await shop.again();
    });

    it('are found by the directory of the project, with its own place of records', async () => {
      neighbour(AUTH);
      const held = await rejection(deploy('2.0.0'), 'UPSTREAM_MISSING');
      expect(held.next).to.contain(`node runner deploy -C ${join(shop.directory, 'auth')} --env staging`);
      await record('auth', 'healthy');
      await deploy('2.0.0');
    });

    it('count more than what was recorded: what stands there is what is deployed next', async () => {
      neighbour(`${AUTH}needs: { shop: .. }\n`);
      await record('auth', 'healthy');
      expect((await rejection(deploy('2.0.0'), 'NEEDS_CYCLE')).evidence[0]).to.contain(
        'auth/automation-stack.yml',
      );
    });

    it('are refused where they are another application’s, or say nothing that makes sense', async () => {
      neighbour(AUTH.replace('application: auth', 'application: mail'));
      const error = await rejection(deploy('2.0.0'), 'CONFIG_INVALID');
      expect(error.message).to.contain('contains the application mail, not auth');
      neighbour('application: [\n');
      const broken = await rejection(deploy('2.0.0'), 'CONFIG_INVALID');
      expect(broken.next).to.contain(`config check -C ${join(shop.directory, 'auth')}`);
    });

    it('need not be understood beyond what matters', async () => {
      neighbour(`${AUTH}something-of-tomorrow: true\n`);
      await record('auth', 'healthy');
      await deploy('2.0.0');
    });
  });

  it('costs an application that needs no other one look in its first deployment, and none later', async () => {
    shop.write({ 'automation-stack.yml': SHOP.replace('needs: { auth: stores }\n', '') });
    shop = await shop.again();
    let looks = 0;
    const store = await shop.context.store();
    shop.context.store = async () => {
      looks += 1;
      return store;
    };
    await deploy('2.0.0');
    expect(looks).to.equal(1);
    await deploy('2.1.0');
    expect(looks).to.equal(1);
  });
});

describe('the last deployment', () => {
  it('is running while somebody holds the lock, and cut off where nobody does', async () => {
    const clock = new FakeClock();
    const state = openState(new MemoryStore(), { state: STATE }, clock);
    const started = await state.ledger.startDeployment(draft('1.0.0'));
    expect((await lastDeployment(state, 'staging'))?.status).to.equal('cut-off');
    const lock = await state.locks.acquire('staging', alice);
    expect((await lastDeployment(state, 'staging'))?.status).to.equal('running');
    await state.ledger.finishDeployment({ ...started, status: 'healthy' });
    await lock.release();
    expect((await lastDeployment(state, 'staging'))?.status).to.equal('healthy');
  });

  it('is not taken for cut off where it ends between the two looks', async () => {
    const store = new MemoryStore();
    const state = openState(store, { state: STATE }, new FakeClock());
    const started = await state.ledger.startDeployment(draft('1.0.0'));
    const holder = state.locks.holder.bind(state.locks);
    state.locks.holder = async (environment) => {
      await state.ledger.finishDeployment({ ...started, status: 'healthy' });
      return holder(environment);
    };
    expect((await lastDeployment(state, 'staging'))?.status).to.equal('healthy');
  });
});
