import { expect } from 'chai';
import { join } from 'node:path';
import { DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { createAwsClients } from '../../../runner/src/adapters/aws/clients.js';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import { StackError } from '../../../runner/src/base/errors.js';
import type { MigrateResult } from '../../../runner/src/delivery/migrate.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { Ledger } from '../../../runner/src/state/ledger.js';
import { LocalStore } from '../../../runner/src/state/stores/localStore.js';
import { EcsTarget } from '../../../runner/src/delivery/targets/ecs/ecsTarget.js';
import type { EventBody } from '../../../runner/src/events/events.js';
import type { Begun, Rollout } from '../../../runner/src/context/target.js';
import { AwsProxy } from '../../support/awsProxy.js';
import { apps, EcsFixture } from '../../support/ecsFixture.js';
import { Project } from '../../support/project.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

describe('an ECS service with a migration, on the emulator', function () {
  this.timeout(60_000);
  let fixture: EcsFixture;
  let proxy: AwsProxy;
  let output: string[];
  let entries: Begun[];

  before(async () => {
    fixture = await EcsFixture.create();
    proxy = await AwsProxy.start(fixture.endpoint);
  });
  after(async () => {
    await proxy.stop();
    await fixture.remove();
  });

  /** @param script what the migration does, run by a shell in the new release's image */
  function deploying(script: string, over: { timeout?: number; signal?: AbortSignal } = {}) {
    const env = { ...fixture.env, AWS_ENDPOINT_URL: proxy.url };
    output = [];
    entries = [];
    proxy.clear();
    const target = new EcsTarget({
      name: 'web',
      aws: createAwsClients({ env, secrets: new SecretRegistry() }),
      clock: systemClock,
      environmentName: 'staging',
      registry: () => fixture.registry,
      config: {
        kind: 'ecs-service',
        cluster: fixture.cluster,
        service: fixture.service,
        image: 'web',
        strategy: { kind: 'rolling' },
        environment: {},
        migrate: { command: ['sh', '-c', script], timeout: over.timeout ?? 30_000 },
        health: { path: '/health', for: 0, interval: 300, timeout: 4000 },
        timeout: 60_000,
      },
    });
    const events = {
      emit: (event: EventBody) => {
        if (event.type === 'stage.output') output.push(event.line);
      },
    };
    const rollout: Rollout = {
      stage: stageOf('deploy:staging', { events }),
      signal: over.signal ?? new AbortController().signal,
      journal: async (action, data) => void entries.push({ action, ...(data === undefined ? {} : { data }) }),
    };
    return { target, rollout };
  }
  const actions = () => proxy.calls.map(({ action }) => action.replace('ECS.', ''));
  const runs = async () => (await fixture.describe()).taskDefinition;
  /** Tasks that a migration of this cluster left running. */
  const migrating = async () => {
    const cluster = fixture.cluster;
    const { taskArns = [] } = await fixture.ecs.send(
      new ListTasksCommand({ cluster, family: fixture.service, desiredStatus: 'RUNNING' }),
    );
    if (taskArns.length === 0) return [];
    const { tasks = [] } = await fixture.ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
    return tasks.filter((task) => task.startedBy?.startsWith('migrate/'));
  };

  it('is moved only after the migration has ended well, with the revision that migrated', async () => {
    const { target, rollout } = deploying('echo "applying 0042"; echo done');
    const before = await runs();
    const record = await target.deploy(fixture.release(await fixture.image(apps.good)), rollout);
    expect(record.status).to.equal('healthy');
    expect(output).to.deep.equal(['applying 0042', 'done']);
    const order = actions().filter((action) => /Register|RunTask|UpdateService/.test(action));
    expect(order).to.deep.equal(['RegisterTaskDefinition', 'RunTask', 'UpdateService']);
    expect(entries.map(({ action }) => action)).to.deep.equal(['register', 'migrate', 'migrated', 'update']);
    expect(await runs()).to.not.equal(before);
    expect(await runs()).to.contain(record.facts?.['taskDefinition']);
    expect(entries[2]?.data).to.include({ task: record.facts?.['migration'], exitCode: 0 });
    expect(await migrating()).to.deep.equal([]);
  });

  it('migrates nothing where the release runs already', async () => {
    const { target, rollout } = deploying('exit 9');
    const { digest } = await target.snapshot();
    expect(await target.deploy(fixture.release(String(digest)), rollout)).to.include({ status: 'unchanged' });
    expect(actions()).not.to.include('RunTask');
  });

  it('is left alone by a migration that fails, which tells its exit code and its last words', async () => {
    const { target, rollout } = deploying('echo "applying 0043"; echo "duplicate column: colour"; exit 1');
    const before = await target.snapshot();
    const { deployments } = await fixture.describe();
    const release = fixture.release(await fixture.image(apps.good));
    const failure = await rejection(target.deploy(release, rollout), 'MIGRATION_FAILED');
    expect(failure.message).to.match(/^the migration failed: container web exited with code 1/);
    expect(failure.evidence).to.include.members(['applying 0043', 'duplicate column: colour']);
    expect(await target.restore(before, rollout)).to.include({ status: 'unchanged' });
    expect(actions()).not.to.include('UpdateService');
    expect((await fixture.describe()).deployments).to.deep.equal(deployments);
  });

  it('has its migration stopped at the timeout', async () => {
    const { target, rollout } = deploying(
      'trap "exit 0" TERM; echo waiting; while true; do sleep 0.1; done',
      {
        timeout: 3000,
      },
    );
    const before = await runs();
    const release = fixture.release(await fixture.image(apps.good));
    const failure = await rejection(target.deploy(release, rollout), 'MIGRATION_FAILED');
    expect(failure.message).to.contain('it was stopped after 3.0s (migrate.timeout)');
    expect(failure.evidence).to.include('waiting');
    expect(await migrating()).to.deep.equal([]);
    expect(await runs()).to.equal(before);
  });

  it('has its migration stopped by a signal', async () => {
    const controller = new AbortController();
    const { target, rollout } = deploying('trap "exit 0" TERM; while true; do sleep 0.1; done', {
      signal: controller.signal,
    });
    const before = await runs();
    const reason = new StackError('INTERRUPTED', 'interrupted by SIGTERM');
    const deployed = rejection(
      target.deploy(fixture.release(await fixture.image(apps.good)), rollout),
      'INTERRUPTED',
    );
    while ((await migrating()).length === 0) await systemClock.sleep(50);
    controller.abort(reason);
    expect(await deployed).to.equal(reason);
    expect(await migrating()).to.deep.equal([]);
    expect(await runs()).to.equal(before);
  });

  it('waits out throttling of the calls that a migration makes', async () => {
    const { target, rollout } = deploying('echo ok');
    for (const action of ['RunTask', 'DescribeTasks', 'ListTasks']) {
      proxy.throttle(new RegExp(`ECS.${action}`), 3);
    }
    const release = fixture.release(await fixture.image(apps.good));
    expect(await target.deploy(release, rollout)).to.include({ status: 'healthy' });
  });
});

describe('the runner and a service with a migration', function () {
  this.timeout(120_000);
  let fixture: EcsFixture;
  let project: Project;
  let digest: string;
  const config = (script: string) => `application: test
images: { web: { repository: test/web } }
environments:
  staging:
    targets:
      web:
        kind: ecs-service
        cluster: ${fixture.cluster}
        service: ${fixture.service}
        image: web
        migrate: { command: ["sh", "-c", ${JSON.stringify(script)}], timeout: 30s }
        health: { path: /health, for: 0s, interval: 300ms, timeout: 4s }
`;
  const known = new Set<string>();
  /** The migrations of this test that the platform remembers, by how they stand. */
  const migrations = async (remember = false): Promise<string[]> => {
    const cluster = fixture.cluster;
    const lists = await Promise.all(
      (['RUNNING', 'STOPPED'] as const).map((desiredStatus) =>
        fixture.ecs.send(new ListTasksCommand({ cluster, family: fixture.service, desiredStatus })),
      ),
    );
    const tasks = lists.flatMap(({ taskArns = [] }) => taskArns);
    const described = await fixture.ecs.send(new DescribeTasksCommand({ cluster, tasks }));
    if (remember) tasks.forEach((arn) => known.add(arn));
    return (described.tasks ?? [])
      .filter((task) => task.startedBy?.startsWith('migrate/') === true && !known.has(task.taskArn ?? ''))
      .map((task) => task.lastStatus ?? '');
  };
  const runs = async () => (await fixture.describe()).taskDefinition;

  before(async () => (fixture = await EcsFixture.create()));
  after(() => fixture.remove());
  beforeEach(async () => {
    await migrations(true);
    digest = await fixture.image(apps.good);
    project = Project.of({ 'automation-stack.yml': config('echo "applying 0042"') });
    const store = new LocalStore(join(project.directory, '.automation-stack/test'));
    await new Ledger(store, systemClock).putRelease(fixture.release(digest));
  });
  afterEach(() => project.remove());

  it('migrates alone, and the deploy that follows moves the service', async () => {
    const before = await runs();
    const preview = await project.expect(0, 'deploy', '--env', 'staging', '--release', '1.0.0', '--dry-run');
    expect(preview.stdout).to.contain('web migrates before it is updated: sh -c echo "applying 0042"');
    const result = await project.json<MigrateResult>('migrate', '--env', 'staging', '--release', '1.0.0');
    expect(result).to.include({ environment: 'staging', release: '1.0.0' });
    expect(result.targets['web']).to.include({ exitCode: 0 });
    expect(await runs())
      .to.equal(before)
      .and.not.contain(result.targets['web']?.taskDefinition);
    await project.expect(0, 'deploy', '--env', 'staging', '--release', '1.0.0');
    expect((await fixture.container()).image).to.contain(digest);
  });

  it('exits 1 where the migration fails, and says that the environment still runs what it ran', async () => {
    project.write('automation-stack.yml', config('echo "duplicate column"; exit 1'));
    const before = await runs();
    const { stderr } = await project.expect(1, 'deploy', '--env', 'staging', '--release', '1.0.0');
    expect(stderr).to.contain('MIGRATION_FAILED').and.to.contain('duplicate column');
    expect(stderr).to.contain('exited with code 1');
    expect(await runs()).to.equal(before);
    const { stdout } = await project.expect(0, 'history', '--env', 'staging');
    expect(stdout).to.match(/1\.0\.0.*failed/);
  });

  it('stops the migration on SIGTERM and exits 130', async () => {
    project.write('automation-stack.yml', config('trap "exit 0" TERM; while true; do sleep 0.1; done'));
    const before = await runs();
    const deploy = project.start(['deploy', '--env', 'staging', '--release', '1.0.0']);
    await deploy.until(/task running/);
    deploy.child.kill('SIGTERM');
    const { exitCode, stderr } = await deploy.ended;
    expect(exitCode, stderr).to.equal(130);
    expect(await migrations()).to.deep.equal(['STOPPED']);
    expect(await runs()).to.equal(before);
  });

  it('runs the migration once, though the deploy was killed in the middle of it', async () => {
    project.write('automation-stack.yml', config('sleep 4; echo migrated'));
    const deploy = project.start(['deploy', '--env', 'staging', '--release', '1.0.0']);
    await deploy.until(/task running/);
    deploy.child.kill('SIGKILL');
    await deploy.ended;
    const { stderr } = await project.expect(0, 'deploy', '--env', 'staging', '--resume');
    expect(stderr).to.match(/continues with task|has migrated already/);
    expect(await migrations()).to.deep.equal(['STOPPED']);
    expect((await fixture.container()).image).to.contain(digest);
  });

  it('stops the migration of a killed deploy when that is rolled back', async () => {
    project.write('automation-stack.yml', config('trap "exit 0" TERM; while true; do sleep 0.1; done'));
    const before = await runs();
    const deploy = project.start(['deploy', '--env', 'staging', '--release', '1.0.0']);
    await deploy.until(/task running/);
    deploy.child.kill('SIGKILL');
    await deploy.ended;
    expect(await migrations()).to.deep.equal(['RUNNING']);
    await project.expect(0, 'rollback', '--env', 'staging');
    expect(await migrations()).to.deep.equal(['STOPPED']);
    expect(await runs()).to.equal(before);
  });
});
