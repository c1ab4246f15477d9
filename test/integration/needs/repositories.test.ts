import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import type { ReleaseRecord } from '../../../runner/src/domain/records.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { openState, type State } from '../../../runner/src/state/state.js';
import { stores } from '../../../runner/src/state/stores/stores.js';
import { openStore } from '../../../runner/src/state/store.js';
import { deployRelease } from '../../../runner/src/delivery/deploy.js';
import { cli, type CliResult } from '../../support/cli.js';
import { openDeployment } from '../../support/deployment.js';
import { crash, FakeTarget } from '../../support/fakeTarget.js';
import { rejection } from '../../support/rejection.js';
import { alice, draft, release } from '../../support/stateRecords.js';
import { emulator } from '../../support/stateStores.js';
import { stageOf } from '../../support/stage.js';

const ENVIRONMENTS = `images: { web: { repository: web } }
environments:
  staging: { targets: { web: { kind: fleet, group: web, image: web } } }
  production: { promotion: { from: staging }, targets: { web: { kind: fleet, group: live, image: web } } }
`;
const FILES = {
  identity: `application: identity\n${ENVIRONMENTS}`,
  auth: `application: auth\nneeds: { identity: ../identity }\n${ENVIRONMENTS}`,
  catalogue: `application: catalogue\n${ENVIRONMENTS}`,
  // The catalogue's sources need not be here: the directory that holds its records is enough.
  shop: `application: shop\nneeds: { auth: ../auth, catalogue: ../catalogue/.automation-stack }\n${ENVIRONMENTS}`,
};

interface Needs {
  readonly order: readonly (readonly string[])[];
  readonly needs: readonly {
    application: string;
    environments: { environment: string; standing: string }[];
  }[];
}

describe('repositories that need each other', function () {
  this.timeout(60_000);
  let root: string;
  const at = (name: string) => join(root, name);
  const write = (name: string, text: string) => writeFileSync(join(at(name), 'automation-stack.yml'), text);
  const git = (name: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', ...args], {
      cwd: at(name),
    });
  const run = (name: string, ...words: string[]): Promise<CliResult> =>
    cli([...words, '-C', at(name)], { cwd: root, env: emulator });
  const ends = async (exitCode: number, name: string, ...words: string[]): Promise<CliResult> => {
    const result = await run(name, ...words);
    expect(result.exitCode, result.stderr + result.stdout).to.equal(exitCode);
    return result;
  };
  const json = async <T>(name: string, ...words: string[]): Promise<T> =>
    JSON.parse((await ends(0, name, ...words, '--json')).stdout.trim().split('\n').at(-1) as string) as T;
  const stateOf = async (name: string): Promise<State> => {
    const state = { location: '.automation-stack', 'lock-expiry': 900_000 };
    const place = { application: name, directory: at(name), state };
    return openState(
      await openStore(place, { env: {}, secrets: new SecretRegistry() }, stores),
      { state },
      systemClock,
    );
  };
  /** Deploys as the runner would, but for the target; `failing` crashes there and is rolled back. */
  const deploy = async (name: string, version: string, failing = false) => {
    const { context } = await openDeployment(at(name));
    const web = new FakeTarget('web');
    if (failing) web.failDeploy = crash();
    const { ledger } = await context.state();
    await ledger.putRelease(release(version, { application: name, images: {} }));
    const deployed = deployRelease(
      { ...context, targets: async () => [web] },
      {
        environment: await context.environment('staging'),
        release: (await ledger.release(version)) as ReleaseRecord,
        kind: 'deploy',
        stage: stageOf('deploy:staging', context),
      },
    );
    if (failing) await rejection(deployed, 'DEPLOY_ROLLED_BACK');
    else await deployed;
  };

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'automation-stack-needs-')));
    for (const [name, text] of Object.entries(FILES)) {
      mkdirSync(at(name));
      write(name, text);
      writeFileSync(join(at(name), '.gitignore'), '.automation-stack/\n');
      writeFileSync(join(at(name), 'Dockerfile'), 'FROM scratch\nCOPY automation-stack.yml /\n');
      git(name, 'init', '--quiet', '--initial-branch=develop');
      git(name, 'add', '--all');
      git(name, 'commit', '--quiet', '--message', 'feat: begin');
    }
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('are deployed in the order that the graph gives, and in no other', async () => {
    const { order } = await json<Needs>('shop', 'needs');
    expect(order).to.deep.equal([['catalogue', 'identity'], ['auth'], ['shop']]);
    const early = await ends(1, 'shop', 'deploy', '--env', 'staging');
    expect(early.stderr).to.contain('was never deployed to staging');
    for (const name of order.flat()) await deploy(name, '1.0.0');
    const { stdout } = await ends(0, 'shop', 'needs');
    expect(stdout).to.match(/^APPLICATION +STAGING +PRODUCTION +NEEDED BY +RECORDED IN$/m);
    expect(stdout).to.match(/^identity +\S+ healthy [-: \d]+ +never deployed +auth /m);
    expect(stdout).to.contain('Order: catalogue, identity → auth → shop');
  });

  it('are held back by a failed deployment upstream, and let go by the next healthy one', async () => {
    for (const name of ['identity', 'catalogue', 'auth']) await deploy(name, '1.0.0');
    await deploy('identity', '1.1.0', true);
    const held = await ends(1, 'shop', 'deploy', '--env', 'staging');
    expect(held.stderr)
      .to.contain('identity 1.1.0 was rolled back in staging: web crashed with exit code 1')
      .and.to.contain('needed by auth')
      .and.to.contain(`node runner deploy -C ${at('identity')} --env staging`);
    const { ledger } = await stateOf('shop');
    expect(await ledger.deployments('staging')).to.deep.equal([]);
    await ends(1, 'auth', 'needs', '--env', 'staging');
    await deploy('identity', '1.1.1');
    await ends(0, 'auth', 'needs', '--env', 'staging');
    await deploy('shop', '1.0.0');
    expect((await ledger.current('staging')).healthy).to.include({ version: '1.0.0' });
  });

  it('are refused by name where they need each other, from whichever one looks', async () => {
    write('identity', `application: identity\nneeds: { shop: ../shop }\n${ENVIRONMENTS}`);
    for (const name of ['identity', 'auth', 'shop']) {
      const { stderr } = await ends(2, name, 'needs');
      expect(stderr, name).to.contain('auth → identity → shop → auth');
      for (const edge of ['auth needs identity', 'identity needs shop', 'shop needs auth'])
        expect(stderr, name).to.contain(`${edge}: ${at(edge.split(' ')[0] as string)}/automation-stack.yml`);
    }
    await ends(2, 'shop', 'deploy', '--env', 'staging');
    expect((await run('catalogue', 'needs')).stdout).to.contain('catalogue needs no other application');
  });

  it('are refused by name also where neither was ever deployed nor has the other’s sources', async () => {
    const needing = (name: string, other: string) =>
      `application: ${name}\nneeds: { ${other}: ../${other}/.automation-stack }\n${ENVIRONMENTS}`;
    write('auth', needing('auth', 'identity'));
    write('identity', needing('identity', 'auth'));
    const first = await ends(1, 'identity', 'deploy', '--env', 'staging');
    expect(first.stderr).to.contain('auth was never deployed to staging');
    const second = await ends(2, 'auth', 'deploy', '--env', 'staging');
    expect(second.stderr)
      .to.contain('auth → identity → auth')
      .and.to.contain(`${at('identity')}/.automation-stack/identity/application.json`);
    // Out of the circle again, the very next deployment clears what was recorded.
    write('identity', FILES.identity);
    await deploy('identity', '1.0.0');
    await deploy('auth', '1.0.0');
  });

  it('can be walked without their sources once they were deployed', async () => {
    for (const name of ['identity', 'catalogue', 'auth']) await deploy(name, '1.0.0');
    rmSync(join(at('auth'), 'automation-stack.yml'));
    rmSync(join(at('identity'), 'automation-stack.yml'));
    write('shop', FILES.shop.replace('../auth', '../auth/.automation-stack'));
    const { order, needs } = await json<Needs>('shop', 'needs', '--env', 'staging');
    expect(order).to.deep.equal([['catalogue', 'identity'], ['auth'], ['shop']]);
    expect(needs.map(({ application }) => application)).to.deep.equal(['catalogue', 'identity', 'auth']);
  });

  it('wait for each other with --wait, and exit 4 without', async () => {
    for (const name of ['identity', 'catalogue', 'auth']) await deploy(name, '1.0.0');
    const { ledger, locks } = await stateOf('catalogue');
    const lock = await locks.acquire('staging', alice);
    const running = await ledger.startDeployment(draft('9.9.9'));
    const { stderr } = await ends(4, 'shop', 'needs', '--env', 'staging');
    expect(stderr).to.contain('catalogue 9.9.9 is being deployed to staging by alice@laptop');
    const waiting = ends(0, 'shop', 'needs', '--env', 'staging', '--wait', '1m');
    await ledger.finishDeployment({ ...running, status: 'healthy' });
    await lock.release();
    await waiting;
  });

  it('are checked by a stage of their pipelines, and named to Jenkins', async () => {
    const pipeline = await json<{ upstream: string[]; stages: { id: string; needs: string[] }[] }>(
      'shop',
      'stages',
      '--branch',
      'develop',
    );
    expect(pipeline.upstream).to.deep.equal(['auth', 'catalogue']);
    expect(pipeline.stages.map(({ id }) => id)).to.include('needs:staging');
    const { stderr } = await run('shop', 'run', '--branch', 'develop');
    expect(stderr).to.contain('was never deployed to staging');
  });

  it('say all that is wrong with `needs` where it stands', async () => {
    write('shop', `${FILES.shop}`.replace('../auth', 'gs://x').replace('catalogue:', 'shop:'));
    const { stderr } = await ends(2, 'shop', 'config', 'check');
    expect(stderr).to.contain('automation-stack.yml:2:16 needs.auth: must be a directory or s3://');
    expect(stderr).to.contain('needs: shop cannot need itself');
  });
});
