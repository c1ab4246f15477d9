import { expect } from 'chai';
import { cpSync } from 'node:fs';
import { openDeployment, type Deployment } from '../../support/deployment.js';
import { fleet, fleetApps, HOSTS } from '../../support/fleetFixture.js';
import { Project } from '../../support/project.js';

/** Leaves a line a run in a folder of its host, and goes on until it is told to end. */
const RUNS = 'echo "$HOSTNAME" >> /data/runs; echo "applying 0042"';
const ENDLESS = `${RUNS}; trap "echo ending; exit 0" TERM; while true; do sleep 0.1; done`;
const [FIRST] = HOSTS;

describe('a real fleet with a migration', function () {
  this.timeout(300_000);
  const digests: Record<string, string> = {};
  let made: Deployment;
  let project: Project;
  let written: string;
  /** Commands of the project find hosts and emulator by these. */
  const env = () => ({
    AUTOMATION_STACK_HOME: fleet.settings.home,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${fleet.settings.emulatorPort}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test-secret',
  });
  const start = (...args: string[]) => project.start(args, env());
  const run = async (exitCode: number, ...args: string[]) => {
    const ended = await start(...args).ended;
    expect(ended.exitCode, ended.stderr + ended.stdout).to.equal(exitCode);
    return ended;
  };
  const deploy = (version: string) => ['deploy', '--env', 'staging', '--release', version, '--no-verify'];
  const migration = (script: string, more: Record<string, unknown> = {}) => {
    const config = JSON.parse(written) as {
      environments: { staging: { targets: { web: Record<string, unknown> } } };
    };
    Object.assign(config.environments.staging.targets.web, {
      migrate: { command: ['sh', '-c', script], timeout: '60s', ...more },
      vars: { app_container_options: ['--volume=/srv/test:/data'] },
    });
    project.write('automation-stack.yml', JSON.stringify(config));
  };
  /** The hosts that migrated, one word a run. */
  const runs = async () => {
    const lines = await Promise.all(
      HOSTS.map(async (host) => {
        const found = await fleet.inside(host, 'sh', '-c', 'cat /srv/test/runs 2>/dev/null || true');
        return found.split('\n').flatMap((line) => (line === '' ? [] : [host]));
      }),
    );
    return lines.flat();
  };
  const containers = async (host: string, format = '{{.Names}} {{.State}}') =>
    (
      await fleet.inside(
        ...([host, 'docker', 'ps', '--all', '--filter', 'name=-migrate-', '--format', format] as const),
      )
    ).split('\n');
  const versions = async () => {
    const { stdout } = await run(0, 'status', '--env', 'staging', '--live');
    return stdout;
  };

  before(async function () {
    this.timeout(600_000);
    await fleet.provisioned();
    for (const version of ['1.0.0', '1.1.0']) digests[version] = await fleet.image(fleetApps.good);
    made = await fleet.deployment();
    project = Project.of({});
    cpSync(made.directory, project.directory, { recursive: true });
    written = project.read('automation-stack.yml');
    const opened = await openDeployment(project.directory, env());
    const { ledger } = await opened.context.state();
    for (const [version, digest] of Object.entries(digests))
      await ledger.putRelease(fleet.release(version, digest));
    migration('true');
    await run(0, ...deploy('1.0.0'));
  });
  beforeEach(async () => {
    await run(0, 'rollback', '--env', 'staging', '--to', '1.0.0');
    for (const host of HOSTS)
      await fleet.inside(host, 'sh', '-c', 'rm -rf /srv/test; mkdir -p -m 777 /srv/test');
  });
  after(() => {
    made.remove();
    project.remove();
  });

  it('is left alone by a migration that fails, which tells its exit code and its last words', async () => {
    migration(`${RUNS}; echo "duplicate column: colour" >&2; exit 3`);
    const { stderr } = await run(1, ...deploy('1.1.0'));
    expect(stderr).to.contain('MIGRATION_FAILED').and.to.contain('duplicate column: colour');
    expect(stderr).to.contain('exited with code 3').and.to.contain('staging still runs 1.0.0');
    expect(await runs()).to.deep.equal([FIRST]);
    expect(await versions()).to.contain(`${FIRST} 1.0.0`);
    // What it said can be read until the next one.
    expect((await containers(FIRST))[0]).to.match(/^shop-web-migrate-\w{8} exited$/);
  });

  it('has its migration stopped at the timeout', async () => {
    migration(ENDLESS, { timeout: '3s' });
    const { stderr } = await run(1, ...deploy('1.1.0'));
    expect(stderr).to.contain('it was stopped after 3.0s (migrate.timeout)').and.to.contain('ending');
    expect((await containers(FIRST))[0]).to.match(/-stopped exited$/);
  });

  it('stops the migration on SIGTERM, says so, and exits 130', async () => {
    migration(ENDLESS);
    const deploying = start(...deploy('1.1.0'));
    await deploying.until(/container running/);
    deploying.child.kill('SIGTERM');
    const { exitCode, stderr } = await deploying.ended;
    expect(exitCode, stderr).to.equal(130);
    expect(stderr).to.match(/stopping shop-web-migrate-\w{8} on test-fleet-0/);
    expect((await containers(FIRST))[0]).to.match(/-stopped exited$/);
    expect(await versions()).to.contain(`${FIRST} 1.0.0`);
  });

  it('goes on with the migration of a run that was killed, and runs it once', async () => {
    migration(`${RUNS}; sleep 8; echo "applied 0042"`);
    const deploying = start(...deploy('1.1.0'));
    await deploying.until(/container running/);
    deploying.child.kill('SIGKILL');
    await deploying.ended;
    const { stderr } = await run(0, 'deploy', '--env', 'staging', '--resume', '--verbose');
    expect(stderr).to.match(/continues with shop-web-migrate-\w{8} on test-fleet-0/);
    expect(stderr).to.contain('applied 0042').and.to.contain('migrated in');
    expect(await runs()).to.deep.equal([FIRST]);
    expect(await versions()).to.contain(`${HOSTS[3]} 1.1.0`);
    expect(await containers(FIRST)).to.deep.equal(['']);
    const { stdout } = await run(0, 'history', '--env', 'staging', '--json');
    expect(stdout).to.match(/"migrations":\[\{"target":"web","task":"shop-web-migrate-\w{8}"/);
  });

  it('does not run a migration again that ended while nobody looked', async () => {
    migration(`${RUNS}; sleep 2`);
    const deploying = start(...deploy('1.1.0'));
    await deploying.until(/container running/);
    deploying.child.kill('SIGKILL');
    await deploying.ended;
    await fleet.inside(FIRST, 'sh', '-c', 'docker wait $(docker ps --quiet --filter name=-migrate-) || true');
    const { stderr } = await run(0, 'deploy', '--env', 'staging', '--resume');
    expect(stderr).to.contain('has migrated already');
    expect(await runs()).to.deep.equal([FIRST]);
  });

  it('stops the migration of a killed deploy when that is rolled back', async () => {
    migration(ENDLESS);
    const deploying = start(...deploy('1.1.0'));
    await deploying.until(/container running/);
    deploying.child.kill('SIGKILL');
    await deploying.ended;
    expect((await containers(FIRST))[0]).to.match(/ running$/);
    await run(0, 'rollback', '--env', 'staging');
    expect((await containers(FIRST))[0]).to.match(/-stopped exited$/);
  });

  it('does not say what is not known where the host goes away, and lets nobody begin another', async function () {
    // A host that is silent is waited for, a minute at a time.
    this.timeout(600_000);
    migration(ENDLESS);
    const deploying = start(...deploy('1.1.0'));
    await deploying.until(/container running/);
    const thaw = await fleet.freeze(FIRST);
    try {
      const { exitCode, stderr } = await deploying.ended;
      expect(exitCode, stderr).to.equal(1);
      expect(stderr).to.contain('ROLLBACK_FAILED').and.to.contain('may still run');
      const again = await start(...deploy('1.1.0')).ended;
      expect(again.exitCode, again.stderr).to.equal(1);
      expect(again.stderr).to.contain('ROLLBACK_FAILED').and.to.contain('may still run');
    } finally {
      await thaw();
    }
    await run(0, 'rollback', '--env', 'staging');
    expect((await containers(FIRST)).join()).not.to.contain('running');
  });

  it('migrates alone, with what runs, and removes what only older releases need', async () => {
    migration(`${RUNS}; echo "of $AUTOMATION_STACK_CONTRACT"`, {
      command: undefined,
      expand: { command: ['sh', '-c', RUNS] },
      contract: { command: ['sh', '-c', 'echo "contract of $AUTOMATION_STACK_CONTRACT"'], after: 'bake' },
    });
    const alone = await run(0, 'migrate', '--env', 'staging', '--release', '1.1.0', '--json');
    const ended = alone.stdout.split('\n').find((line) => line.includes('"host":'));
    expect(ended, alone.stdout).to.contain(`"host":"${FIRST}"`);
    expect(await runs()).to.deep.equal([FIRST]);
    const { stderr } = await run(0, ...deploy('1.1.0'), '--verbose');
    expect(stderr).to.contain('applying 0042');
    const contract = await run(0, 'migrate', '--env', 'staging', '--phase', 'contract', '--verbose');
    expect(contract.stderr).to.contain('contract of 1.1.0');
    const refused = await run(1, 'rollback', '--env', 'staging');
    expect(refused.stderr).to.contain('SCHEMA_CONTRACTED');
  });
});
