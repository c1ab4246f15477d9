import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { localVariables } from '../../support/project.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp('```' + language + '\\n([^]*?)```', 'g'))].map(([, text]) => text as string);
const commands = blocks('sh').flatMap((text) => text.trim().split('\n'));

/** Makes of the README's commands what they are on the local environment: the project stands elsewhere. */
describe('the README', function () {
  this.timeout(120_000);
  let shop: string;
  const env = () => ({ ...localVariables(), NO_COLOR: '1' });
  const run = (words: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(words[0] as string, words.slice(1), {
      cwd: root,
      env: env(),
      encoding: 'utf8',
    });
    return { status, output: `${stdout}${stderr}` };
  };
  const git = (...args: string[]) =>
    spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], {
      cwd: shop,
      encoding: 'utf8',
    });
  const service = (verb: string, environment: string) =>
    run(['node', 'runner', 'local', verb, 'ecs-service', `shop-${environment}`, `cluster=${environment}`]);

  before(() => {
    shop = join(mkdtempSync(join(tmpdir(), 'automation-stack-readme-')), 'shop');
    mkdirSync(shop);
    writeFileSync(
      join(shop, 'Dockerfile'),
      `FROM ${localVariables()['AUTOMATION_STACK_BASE_BUSYBOX']}\nCOPY serve.sh /serve.sh\nCMD ["sh", "/serve.sh"]\n`,
    );
    writeFileSync(
      join(shop, 'serve.sh'),
      "mkdir -p /www; echo ok > /www/health; trap 'exit 0' TERM; httpd -f -p 8000 -h /www & wait\n",
    );
    git('init', '--quiet', '--initial-branch=develop');
    for (const environment of ['staging', 'production'])
      expect(service('create', environment).status).to.equal(0);
  });
  after(() => {
    for (const environment of ['staging', 'production']) service('delete', environment);
    rmSync(join(shop, '..'), { recursive: true, force: true });
  });

  it('names only make targets that exist', () => {
    const targets = [...readme.matchAll(/\bmake ([a-z-]+)/g)].map(([, target]) => target as string);
    expect(targets).to.include.members(['demo', 'demo-down', 'test', 'build']);
    for (const target of targets) expect(run(['make', '--dry-run', target]).status, target).to.equal(0);
  });

  it('links only to files that exist', () => {
    for (const [, link] of readme.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      expect(() => readFileSync(join(root, link as string)), link).not.to.throw(/ENOENT/);
    }
  });

  for (const command of commands.filter((line) => line.startsWith('node runner'))) {
    it(`runs: ${command}`, () => {
      if (command.includes(' config check')) {
        // From here on with the configuration that the README shows, committed.
        writeFileSync(join(shop, 'automation-stack.yml'), blocks('yaml')[0] as string);
        git('add', '--all');
        git('commit', '--quiet', '--message', 'feat: begin');
      }
      if (command.includes(' rollback ')) {
        // A rollback needs a release to roll back to.
        writeFileSync(join(shop, 'serve.sh'), `# second\n${readFileSync(join(shop, 'serve.sh'), 'utf8')}`);
        git('commit', '--quiet', '--all', '--message', 'fix: second');
        expect(run(['node', 'runner', 'deploy', '-C', shop, '--env', 'staging']).status).to.equal(0);
      }
      const { status, output } = run(command.replaceAll('../shop', shop).split(' '));
      expect(status, output).to.equal(0);
    });
  }
});
