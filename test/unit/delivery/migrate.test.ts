import { expect } from 'chai';
import type { Context } from '../../../runner/src/context/context.js';
import { StackError } from '../../../runner/src/base/errors.js';
import { deployRelease } from '../../../runner/src/delivery/deploy.js';
import {
  migrateRelease,
  releaseToMigrate,
  type MigrateRequest,
} from '../../../runner/src/delivery/migrate.js';
import type { Begun, Rollout } from '../../../runner/src/context/target.js';
import { cli } from '../../support/cli.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { FakeTarget } from '../../support/fakeTarget.js';
import { rejection } from '../../support/rejection.js';
import { release } from '../../support/stateRecords.js';
import { stageOf } from '../../support/stage.js';

const CONFIG = `application: shop
images: { web: { repository: shop/web } }
environments:
  staging:
    targets:
      web: { kind: ecs-service, cluster: main, service: web, image: web, migrate: { command: ./manage migrate } }
      worker: { kind: ecs-service, cluster: main, service: worker, image: web }
  production:
    extends: staging
    promotion: { from: staging, approval: required }
    targets: { web: { service: web-production }, worker: { service: worker-production } }
  bare: { targets: { worker: { kind: ecs-service, cluster: main, service: worker-bare, image: web } } }
`;

const failure = () =>
  new StackError('MIGRATION_FAILED', 'the migration failed: container web exited with code 1', {
    evidence: ['duplicate column'],
    next: 'See that it can run again.',
  });

class MigratingTarget extends FakeTarget {
  migrations = 0;
  failMigration: Error | undefined;
  async migrate(_: unknown, rollout: Rollout) {
    this.migrations += 1;
    rollout.signal.throwIfAborted();
    if (this.failMigration !== undefined) throw this.failMigration;
    return { taskDefinition: 'web:2', task: 'abc', exitCode: 0, seconds: 4 };
  }
}

describe('migrations', () => {
  let place: Deployment;
  let web: MigratingTarget;
  let worker: FakeTarget;
  const withTargets = (context: Context): Context => ({
    ...context,
    targets: async (_, only = []) =>
      [web, worker].filter(({ name }) => only.length === 0 || only.includes(name)),
  });
  const state = () => place.context.state();
  const migrate = async (more: Partial<MigrateRequest> = {}, environment = 'staging') =>
    migrateRelease(withTargets(place.context), {
      environment: await place.context.environment(environment),
      release: release('0.2.0'),
      stage: stageOf(`migrate:${environment}`, place.context),
      only: [],
      ...more,
    });
  const deploy = async (version = '0.2.0', environment = 'staging') =>
    deployRelease(withTargets(place.context), {
      environment: await place.context.environment(environment),
      release: release(version),
      kind: 'deploy',
      stage: stageOf(`deploy:${environment}`, place.context),
    });

  beforeEach(async () => {
    place = await deployment({ 'automation-stack.yml': CONFIG });
    web = new MigratingTarget('web');
    worker = new FakeTarget('worker');
    await (await state()).ledger.putRelease(release('0.2.0'));
  });
  afterEach(() => place.remove());

  describe('of a release alone', () => {
    it('run for the targets that have one, and move nothing', async () => {
      expect(await migrate()).to.deep.equal({
        environment: 'staging',
        release: '0.2.0',
        targets: { web: { taskDefinition: 'web:2', task: 'abc', exitCode: 0, seconds: 4 } },
      });
      expect([...web.calls, ...worker.calls]).to.deep.equal([]);
    });

    it('are refused for a target, or an environment, that has none', async () => {
      expect((await rejection(migrate({ only: ['worker'] }), 'CONFIG_INVALID')).message).to.equal(
        'the target worker of staging has no migration',
      );
      expect((await rejection(migrate({}, 'bare'), 'CONFIG_INVALID')).message).to.equal(
        'no target of bare has a migration',
      );
    });

    it('wait for the environment’s lock, and give it back whatever happens', async () => {
      const { locks } = await state();
      const held = await locks.acquire('staging', { who: 'somebody', command: 'deploy:staging' });
      await rejection(migrate(), 'LOCKED');
      await held.release();
      web.failMigration = failure();
      await rejection(migrate(), 'MIGRATION_FAILED');
      expect(await locks.holder('staging')).to.equal(undefined);
    });

    it('are refused while a deployment is cut off', async () => {
      const { ledger, journal } = await state();
      const about = { environment: 'staging', kind: 'deploy', version: '0.2.0' } as const;
      await journal.open(await ledger.startDeployment({ ...about, who: 'somebody', commit: 'abc' }), {});
      await rejection(migrate(), 'DEPLOY_CUT_OFF');
      expect(web.migrations).to.equal(0);
    });

    it('do not go past what guards an environment that is promoted to', async () => {
      await rejection(migrate({}, 'production'), 'PROMOTION_REFUSED');
      await deploy();
      await rejection(migrate({}, 'production'), 'APPROVAL_REQUIRED');
      await rejection(migrate({ release: release('0.2.0', { dirty: true }) }, 'production'), 'RELEASE_DIRTY');
      expect(web.migrations).to.equal(0);
      await migrate({ approvedBy: ['ada'] }, 'production');
      expect(web.migrations).to.equal(1);
    });

    it('go past that only for a reason, which is told', async () => {
      await migrate({ forcedReason: 'hotfix 77' }, 'production');
      const notice = place.events.find((event) => event.type === 'notice');
      expect(notice).to.have.property('message').that.contains('0.2.0: hotfix 77');
    });

    it('are not those of a release that nobody made', async () => {
      const staging = await place.context.environment('staging');
      await rejection(
        releaseToMigrate(place.context, staging, '9.9.9', stageOf('migrate:staging', place.context)),
        'RELEASE_UNKNOWN',
      );
    });

    it('are told, not run, by --dry-run', async () => {
      const { exitCode, stdout } = await cli(
        ['migrate', '--env', 'staging', '--release', '0.2.0', '--dry-run'],
        { cwd: place.directory },
      );
      expect(exitCode).to.equal(0);
      expect(stdout).to.contain('Would migrate staging with 0.2.0:');
      expect(stdout).to.contain('web: ./manage migrate, as a task of the release, at most 10m');
      expect(stdout).to.contain('Nothing was changed.');
    });
  });

  describe('in a deployment', () => {
    it('that fail take the other targets back, exit 1, and stand in the record with their reason', async () => {
      web.failDeploy = failure();
      const error = await rejection(deploy(), 'MIGRATION_FAILED');
      expect(error).to.include({ exitCode: 1, category: 'service' });
      expect(error.message).to.contain('0.2.0 was not deployed: the migration failed: container web exited');
      expect(error.evidence).to.deep.equal(['duplicate column']);
      expect(worker.running).to.equal('0.1.0');
      const { ledger, journal } = await state();
      const [last] = await ledger.deployments('staging');
      expect(last).to.include({ status: 'failed', version: '0.2.0' });
      expect(last?.reason).to.contain('exited with code 1');
      expect(await journal.unfinished('staging')).to.equal(undefined);
    });

    it('know from the journal what a killed run had begun with their own target', async () => {
      const { ledger, journal } = await state();
      const about = { environment: 'staging', kind: 'deploy', version: '0.2.0' } as const;
      const record = await ledger.startDeployment({ ...about, who: 'somebody', commit: 'abc' });
      const writer = await journal.open(record, { web: { running: '0.1.0' }, worker: { running: '0.1.0' } });
      await writer.append({ target: 'web', action: 'migrate', data: { startedBy: 'migrate/x' } });
      await writer.append({ target: 'worker', action: 'move' });
      let seen: Pick<Rollout, 'begun' | 'kind'> | undefined;
      web.midway = async ({ begun, kind }) => void (seen = { begun: begun as readonly Begun[], kind: kind! });
      await deployRelease(withTargets(place.context), {
        environment: await place.context.environment('staging'),
        release: release('0.2.0'),
        kind: 'deploy',
        stage: stageOf('deploy:staging', place.context),
        resume: (await journal.unfinished('staging'))!,
      });
      expect(seen).to.deep.equal({
        kind: 'deploy',
        begun: [{ action: 'migrate', data: { startedBy: 'migrate/x' } }],
      });
    });
  });
});
