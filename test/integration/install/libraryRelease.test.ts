import { appendFile, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { copyOf } from '../../jenkins/repositories.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const PACK = ['resources/automation-stack/runner.mjs', 'resources/automation-stack/runner.sha256'];

describe('a release of the Jenkins library', function () {
  this.timeout(300_000);
  let home: string;
  let folder: string;
  let start: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'library release-'));
    folder = join(home, 'library');
    await copyOf(root, ['.'], folder);
    await cp(join(root, 'runner/dist'), join(folder, 'runner/dist'), { recursive: true });
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await appendFile(join(folder, '.gitignore'), 'node_modules\n');
    await git('init', '--quiet', '--initial-branch=main');
    await git('add', '--all');
    await git('commit', '--quiet', '--message=build: begin');
    const last = /^## (\S+) /m.exec(await readFile(join(folder, 'CHANGELOG.md'), 'utf8'))?.[1] ?? '';
    await git('tag', '--annotate', `v${last}`, `--message=v${last}`);
    await change('what users see');
    start = await git('rev-parse', 'HEAD');
  });
  after(() => rm(home, { recursive: true, force: true }));

  const author = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, 'test'],
      [`GIT_${who}_EMAIL`, 'test@example.invalid'],
    ]),
  );
  const run = async (file: string, ...words: string[]) => {
    const env = { ...author, GIT_CONFIG_GLOBAL: '/dev/null', AUTOMATION_STACK_HOME: join(home, 'agent') };
    return (await execa(file, words, { cwd: folder, env })).stdout;
  };
  const git = (...words: string[]) => run('git', ...words);
  const change = async (what: string) => {
    await writeFile(join(folder, 'src/changed'), what);
    await git('add', '--all');
    await git('commit', '--quiet', `--message=fix: ${what}`);
  };
  const checkPack = () => run(process.execPath, 'scripts/pack.mjs', '--check');
  const inGit = (commit: string) => git('ls-tree', '--name-only', commit, '--', ...PACK);

  it('carries the packed runner, and the branch behind it does not', async () => {
    expect(await run('bash', 'scripts/release.sh')).to.match(/git push origin main v\d+\.\d+\.\d+$/);
    const tag = await git('describe', '--abbrev=0', 'HEAD');
    expect((await inGit(tag)).split('\n')).to.deep.equal(PACK);
    expect(await inGit('HEAD')).to.equal('');
    expect(await git('log', '--format=%s', `${start}..HEAD`)).to.equal(
      [
        'chore(release): take the packed runner out of the branch',
        `release: ${tag}`,
        `chore(release): set the version to ${tag.slice(1)}`,
      ].join('\n'),
    );
    expect(await git('status', '--porcelain')).to.equal('');
    await checkPack();
  });

  it('is of one version, and CI finds its packed runner to be that of its sources', async () => {
    const tag = await git('describe', '--abbrev=0', 'HEAD');
    await git('checkout', '--quiet', tag);
    await checkPack();
    await cp(join(folder, PACK[0] as string), join(home, 'delivered/runner.mjs'));
    const version = await run(process.execPath, join(home, 'delivered/runner.mjs'), '--version');
    expect(version).to.equal(tag.slice(1));
    await git('checkout', '--quiet', 'main');
  });

  it('is not made again where nothing has changed since', async () => {
    const head = await git('rev-parse', 'HEAD');
    expect(await run('bash', 'scripts/release.sh')).to.match(/^Nothing has changed since v\d+\.\d+\.\d+\.$/);
    expect(await git('rev-parse', 'HEAD')).to.equal(head);
  });

  it('ends with taking the packed runner out, where it was cut off before that', async () => {
    await git('reset', '--quiet', '--hard', 'HEAD~1');
    await run('bash', 'scripts/release.sh');
    expect(await inGit('HEAD')).to.equal('');
    await checkPack();
  });

  it('leaves everything in git as it was where it fails', async () => {
    await change('what users see next');
    const head = await git('rev-parse', 'HEAD');
    // The tag of the version to come is taken, by a commit that is no ancestor.
    const orphan = await git('commit-tree', '-m', 'elsewhere', 'HEAD^{tree}');
    const [major, minor, patch] = (await git('describe', '--abbrev=0', 'HEAD')).split('.');
    await git('tag', `${major}.${minor}.${Number(patch) + 1}`, orphan);
    const { exitCode } = await execa('bash', ['scripts/release.sh'], { cwd: folder, reject: false });
    expect(exitCode).not.to.equal(0);
    expect(await git('rev-parse', 'HEAD')).to.equal(head);
    expect(await git('status', '--porcelain')).to.equal('');
    await checkPack();
  });
});
