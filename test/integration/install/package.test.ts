import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';

const root = fileURLToPath(new URL('../../..', import.meta.url));

describe('the package that npm installs', function () {
  this.timeout(180_000);
  let folder: string;
  let version: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'package test-'));
    ({ version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string });
    await execa(process.execPath, ['scripts/package.mjs', folder], { cwd: root });
    const place = ['--global', '--prefix', join(folder, 'prefix')];
    await execa('npm', ['install', ...place, '--offline', join(folder, `automation-stack-${version}.tgz`)]);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const automationStack = (...args: string[]) =>
    execa('automation-stack', args, {
      cwd: folder,
      env: { PATH: `${join(folder, 'prefix', 'bin')}:${process.env['PATH']}` },
      reject: false,
    });

  it('gives the command automation-stack, without a download', async () => {
    expect((await automationStack('--version')).stdout).to.equal(version);
  });

  it('brings what the runner needs beside its code', async () => {
    const { stdout } = await automationStack('report', '--help');
    expect(stdout).to.contain('Usage: automation-stack report');
    const library = join(folder, 'prefix/lib/node_modules/automation-stack');
    expect(await readFile(join(library, 'ansible/playbooks/deploy.yml'), 'utf8')).to.contain('hosts:');
  });

  it('names itself in what it tells to type', async () => {
    const { stderr } = await automationStack('status');
    expect(stderr).to.contain('Run `automation-stack init` to create one').and.not.contain('node runner');
  });
});
