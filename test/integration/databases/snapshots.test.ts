import { expect } from 'chai';
import { join } from 'node:path';
import { DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import { Ledger } from '../../../runner/src/state/ledger.js';
import { LocalStore } from '../../../runner/src/state/stores/localStore.js';
import { apps, EcsFixture } from '../../support/ecsFixture.js';
import { Project } from '../../support/project.js';
import { SnapshotsOfRds } from '../../support/rds/snapshotsOfRds.js';

/** A service on real containers, its database on RDS: the emulator makes no snapshot that takes its time. */
describe('the runner and a service whose database is kept before a migration', function () {
  this.timeout(180_000);
  let fixture: EcsFixture;
  let project: Project;
  let rds: SnapshotsOfRds;
  let server: Awaited<ReturnType<SnapshotsOfRds['serve']>>;
  let digest: string;
  const config = (snapshot: string, script = 'echo migrated') => `application: test
images: { web: { repository: test/web } }
environments:
  staging:
    targets:
      web:
        kind: ecs-service
        cluster: ${fixture.cluster}
        service: ${fixture.service}
        image: web
        migrate: { command: ["sh", "-c", ${JSON.stringify(script)}], timeout: 30s, snapshot: ${snapshot} }
        health: { path: /health, for: 0s, interval: 300ms, timeout: 4s }
`;
  const start = (...args: string[]) => project.start(args, { AWS_ENDPOINT_URL_RDS: server.url });
  const run = async (exitCode: number, ...args: string[]) => {
    const ended = await start(...args).ended;
    expect(ended.exitCode, ended.stderr + ended.stdout).to.equal(exitCode);
    return ended;
  };
  const deploy = ['deploy', '--env', 'staging', '--release', '1.0.0'];
  const runs = async () => (await fixture.describe()).taskDefinition;
  const migrations = async () => {
    const cluster = fixture.cluster;
    const lists = await Promise.all(
      (['RUNNING', 'STOPPED'] as const).map((desiredStatus) =>
        fixture.ecs.send(new ListTasksCommand({ cluster, family: fixture.service, desiredStatus })),
      ),
    );
    const tasks = lists.flatMap(({ taskArns = [] }) => taskArns);
    if (tasks.length === 0) return 0;
    const described = await fixture.ecs.send(new DescribeTasksCommand({ cluster, tasks }));
    return (described.tasks ?? []).filter(({ startedBy }) => startedBy?.startsWith('migrate/') === true)
      .length;
  };

  beforeEach(async () => {
    fixture = await EcsFixture.create();
    digest = await fixture.image(apps.good);
    rds = new SnapshotsOfRds(systemClock);
    rds.takesMs = 6000;
    server = await rds.serve();
    project = Project.of({ 'automation-stack.yml': config('{ db-instance: orders }') });
    const store = new LocalStore(join(project.directory, '.automation-stack/test'));
    await new Ledger(store, systemClock).putRelease(fixture.release(digest));
  });
  afterEach(async () => {
    server.close();
    project.remove();
    await fixture.remove();
  });

  it('makes one snapshot and migrates once, though the run is killed while RDS makes it', async () => {
    const before = await runs();
    const deploying = start(...deploy);
    await deploying.until(/test-staging-web-1-0-0-d1 of orders: \d+ %/);
    deploying.child.kill('SIGKILL');
    await deploying.ended;
    expect(await migrations()).to.equal(0);
    expect(await runs()).to.equal(before);
    const { stderr } = await run(0, 'deploy', '--env', 'staging', '--resume');
    expect(stderr).to.contain('test-staging-web-1-0-0-d1 of orders is available');
    expect(rds.ids()).to.deep.equal(['test-staging-web-1-0-0-d1']);
    expect(await migrations()).to.equal(1);
    expect((await fixture.container()).image).to.contain(digest);
    const { stdout } = await run(0, 'history', '--env', 'staging', '--json');
    expect(stdout).to.contain(
      '"snapshot":"arn:aws:rds:eu-west-1:111111111111:snapshot:test-staging-web-1-0-0-d1"',
    );
  });

  it('moves and migrates nothing where there is no such database, and exits 3', async () => {
    project.write('automation-stack.yml', config('{ db-cluster: nowhere }'));
    const before = await runs();
    const { stderr } = await run(3, ...deploy);
    expect(stderr).to.contain('the snapshot of nowhere was not made').and.to.contain('Nothing was migrated');
    expect(await migrations()).to.equal(0);
    expect(await runs()).to.equal(before);
  });

  it('tells how to restore it where the migration fails', async () => {
    project.write('automation-stack.yml', config('{ db-cluster: ledger, keep: 3 }', 'exit 4'));
    const { stderr } = await run(1, ...deploy);
    expect(stderr).to.contain('MIGRATION_FAILED');
    expect(stderr).to.contain('aws rds restore-db-cluster-from-snapshot --db-cluster-identifier NEW-NAME');
    const alone = await run(1, 'migrate', '--env', 'staging', '--release', '1.0.0');
    expect(alone.stderr).to.contain('aws rds restore-db-cluster-from-snapshot');
    expect(rds.ids()).to.have.lengthOf(2);
  });
});
