import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { AwsProxy } from '../../support/awsProxy.js';
import { cli } from '../../support/cli.js';
import { localVariables } from '../../support/project.js';
import { makeBucket } from '../../support/stateStores.js';

const page = readFileSync(fileURLToPath(new URL('../../../docs/needs.md', import.meta.url)), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp('```' + language + '\\n([^]*?)```', 'g'))].map(([, text]) => text as string);
const commands = blocks('sh').flatMap((text) => text.trim().split('\n'));
const SERVE = "mkdir -p /www; echo ok > /www/health; trap 'exit 0' TERM; httpd -f -p 8000 -h /www & wait\n";

/** The page about needs, command by command: two repositories, real services, records in a bucket. */
describe('two repositories of which one needs the other', function () {
  this.timeout(120_000);
  const id = randomBytes(3).toString('hex');
  let root: string;
  let env: Readonly<Record<string, string>>;

  const run = (...words: string[]) => cli(words, { cwd: root, env });
  const git = (name: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', ...args], {
      cwd: join(root, name),
    });
  const commit = (name: string, serve: string) => {
    writeFileSync(join(root, name, 'serve.sh'), serve);
    git(name, 'add', '--all');
    git(name, 'commit', '--quiet', '--message', 'feat: another');
  };
  const service = (verb: string, name: string) =>
    run('local', verb, 'ecs-service', `${name}-${id}`, `cluster=needs-${id}`);

  before(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'automation-stack-needs-')));
    env = localVariables();
    const bucket = await makeBucket();
    for (const text of blocks('yaml')) {
      const name = /^application: (\S+)/.exec(text)?.[1] as string;
      mkdirSync(join(root, name));
      const config = text
        .replaceAll('acme-delivery', bucket)
        .replace(`service: ${name}`, `service: ${name}-${id}`)
        .replace('cluster: staging', `cluster: needs-${id}`)
        .replace(`${name}/web`, `test-${id}/${name}`)
        .replace('/health }', '/health, for: 1s }');
      writeFileSync(join(root, name, 'automation-stack.yml'), config);
      const base = env['AUTOMATION_STACK_BASE_BUSYBOX'] as string;
      const dockerfile = `FROM ${base}\nCOPY serve.sh /serve.sh\nCMD ["sh", "/serve.sh"]\n`;
      writeFileSync(join(root, name, 'Dockerfile'), dockerfile);
      git(name, 'init', '--quiet', '--initial-branch=develop');
      commit(name, `# ${name}\n${SERVE}`);
      expect((await service('create', name)).exitCode).to.equal(0);
    }
  });
  after(async () => {
    for (const name of ['auth', 'shop']) await service('delete', name);
    rmSync(root, { recursive: true, force: true });
  });

  commands.forEach((line, index) => {
    it(`does what the page says: ${line}`, async () => {
      const [command = '', comment] = line.split(' # exits ');
      if (command.includes('needs -C shop --env staging') && comment === '1') {
        // "Say that a release of auth crashed and was rolled back"; and there is something new of shop to deploy.
        commit('shop', `# new\n${SERVE}`);
        commit('auth', 'echo "SESSION_KEY is not set"; exit 3\n');
        const crashed = await run('deploy', '-C', 'auth', '--env', 'staging');
        expect(crashed.exitCode, crashed.stderr).to.equal(3);
      }
      if (command.includes('--force')) {
        commit('auth', 'echo again; exit 3\n');
        expect((await run('deploy', '-C', 'auth', '--env', 'staging')).exitCode).to.equal(3);
      }
      const words = (command.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, '$1'));
      const version = words.indexOf('--release') + 1;
      if (version > 0) words[version] = await healthyVersion('auth');
      const { exitCode, stdout, stderr } = await run(...words.slice(2));
      expect(exitCode, `${stderr}${stdout}`).to.equal(Number(comment ?? 0));
      const said = stdout + stderr;
      if (index === 0) expect(said).to.contain('never deployed').and.to.contain('Order: auth → shop');
      if (command.includes('stages')) expect(said).to.contain('needs:staging');
      if (command.includes('--dry-run'))
        expect(said).to.match(/Held back: auth \S+ was rolled back in staging/);
      if (command.includes('--force')) expect(said).to.contain('forced: does not use the new login');
    });
  });

  async function healthyVersion(name: string): Promise<string> {
    const { stdout } = await run('status', '-C', name, '--env', 'staging', '--json');
    const [status] = JSON.parse(stdout.trim().split('\n').at(-1) as string) as [
      { healthy: { version: string } },
    ];
    return status.healthy.version;
  }

  it('is held back with the reason, by whom, when, and where that is recorded', async () => {
    const { stderr } = await run('needs', '-C', 'shop', '--env', 'staging');
    expect(stderr)
      .to.match(/auth \S+ was rolled back in staging/)
      .and.to.match(/deployment \d+ by tester, ended \d{4}-\d\d-\d\d/)
      .and.to.match(/needed by shop; recorded in s3:\/\/state-\S+\/auth/)
      .and.to.contain('to stay with what runs');
  });

  it('knows the graph from the bucket alone', async () => {
    mkdirSync(join(root, 'web'));
    const config = readFileSync(join(root, 'shop/automation-stack.yml'), 'utf8')
      .replace('application: shop', 'application: web')
      .replace('auth:', 'shop:');
    writeFileSync(join(root, 'web/automation-stack.yml'), config);
    const { stdout, exitCode } = await run('needs', '-C', 'web');
    expect(exitCode).to.equal(0);
    expect(stdout).to.contain('Order: auth → shop → web');
  });

  it('refuses a circle that only the bucket knows of', async () => {
    const file = join(root, 'auth/automation-stack.yml');
    const config = readFileSync(file, 'utf8');
    const place = /s3:\/\/[^ }]+/.exec(config)?.[0] as string;
    writeFileSync(file, `${config}needs: { shop: ${place} }\n`);
    const circle = await run('needs', '-C', 'auth');
    writeFileSync(file, config);
    expect(circle.exitCode).to.equal(2);
    expect(circle.stderr)
      .to.contain('auth → shop → auth')
      .and.to.contain(`auth needs shop: ${file}`)
      .and.to.contain(`shop needs auth: ${place}/shop/application.json`);
  });

  it('says that a bucket upstream does not exist, and where it is named', async () => {
    const file = join(root, 'web/automation-stack.yml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/needs: .*/, 'needs: { shop: s3://never-made }'));
    const { stderr, exitCode } = await run('needs', '-C', 'web');
    expect(exitCode).to.equal(1);
    expect(stderr)
      .to.contain('cannot read the status of shop: the bucket never-made of needs.shop of web does not exist')
      .and.to.contain(`needed by web: ${file}`);
  });

  it('costs an application that needs no other no call to S3', async () => {
    const proxy = await AwsProxy.start(env['AWS_ENDPOINT_URL'] as string);
    try {
      const release = await healthyVersion('auth');
      const words = ['deploy', '-C', 'auth', '--env', 'staging', '--release', release];
      const { exitCode, stderr } = await cli(words, {
        cwd: root,
        env: { ...env, AWS_ENDPOINT_URL: proxy.url },
      });
      expect(exitCode, stderr).to.equal(0);
      const paths = proxy.calls.map(({ action }) => action).filter((action) => action.includes('/auth/'));
      expect(paths.length).to.be.greaterThan(5);
      expect(paths.filter((path) => path.includes('application.json'))).to.deep.equal([]);
    } finally {
      await proxy.stop();
    }
  });
});
