import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';

describe('the release of automation-stack itself', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'release-'));
    await mkdir(join(folder, 'scripts'));
    await cp('scripts/release.sh', join(folder, 'scripts/release.sh'));
    await writeFile(
      join(folder, 'CHANGELOG.md'),
      '# Changelog\n\n## 0.3.0 (2026-11-22)\n\n## 0.2.0 (2026-11-01)\n',
    );
    await git('init', '--quiet');
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'release: v0.3.0');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const git = (...words: string[]) =>
    execa('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', ...words], {
      cwd: folder,
    });
  const release = () => execa('bash', ['scripts/release.sh'], { cwd: folder, reject: false });

  it('is not made in a clone without the tag of the last one, which would count from the beginning', async () => {
    const { exitCode, stderr } = await release();
    const { stdout: commit } = await git('rev-parse', '--short', 'HEAD');
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain('There is no tag v0.3.0, which CHANGELOG.md and jenkins.yaml name');
    expect(stderr).to.contain(`git tag --annotate v0.3.0 ${commit} --message v0.3.0`);
    expect((await git('status', '--porcelain')).stdout).to.equal('');
  });

  it('goes on where the tag is there', async () => {
    await git('tag', '--annotate', 'v0.3.0', '--message', 'v0.3.0');
    expect((await release()).stdout).to.equal('Nothing has changed since v0.3.0.');
    await writeFile(join(folder, 'changed'), 'since');
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'fix: what users see');
    // There is no runner in this repository: that is as far as it gets.
    const { stdout, stderr } = await release();
    expect(stdout).not.to.contain('Nothing has changed');
    expect(stderr).to.contain('runner').and.not.to.contain('There is no tag');
  });
});
