import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTerraform, terraformEnv } from '../support/terraform/workbench.js';

const TEMPLATE = fileURLToPath(
  new URL('../../terraform/modules/jenkins-server/mount.sh.tftpl', import.meta.url),
);
const MIB = 1024 * 1024;

/** A machine at its first boot: its data disk is a file, its tools are the real ones but for what a test puts on PATH. */
interface Machine {
  readonly disk: string;
  /** Puts a command on PATH in front of the real one. */
  command(name: string, script: string): Promise<void>;
  /** Runs the module's user data and tells how it ended. */
  boot(settings?: { readonly restored?: boolean }): Promise<{ readonly code: number; readonly said: string }>;
  /** What was mounted, and the table of what is to be. */
  mounted(): boolean;
  table(): Promise<string>;
  remove(): Promise<void>;
}

async function machine(): Promise<Machine> {
  const folder = await mkdtemp(join(tmpdir(), 'automation-stack-first-boot-'));
  const bin = join(folder, 'bin');
  const disk = join(folder, 'sdf');
  const fstab = join(folder, 'fstab');
  await mkdir(bin);
  await Promise.all([writeFile(disk, ''), writeFile(fstab, '')]);
  await truncate(disk, 16 * MIB);
  const command = async (name: string, script: string) => {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  };
  await command('systemctl', 'exit 0');
  await command('mount', `touch '${folder}/mounted'`);
  return {
    disk,
    command,
    async boot({ restored = false } = {}) {
      const script = await render(folder, {
        device: disk,
        serial: 'vol0a1b2c3d4e5f60718',
        directory: `${folder}/jenkins`,
        restored,
      });
      const user = script.replaceAll('/etc/fstab', fstab).replaceAll('[ -b ', '[ -e ');
      const ended = spawnSync('sh', ['-c', user], {
        encoding: 'utf8',
        env: { PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin`, TMPDIR: folder },
      });
      return { code: ended.status ?? -1, said: ended.stderr };
    },
    mounted: () => existsSync(join(folder, 'mounted')),
    table: () => readFile(fstab, 'utf8'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The script as Terraform renders it. */
async function render(folder: string, variables: object): Promise<string> {
  await writeFile(
    join(folder, 'main.tf'),
    `output "script" {\n  value = templatefile("${TEMPLATE}", jsondecode(${JSON.stringify(JSON.stringify(variables))}))\n}\n`,
  );
  for (const args of [['init'], ['apply', '-auto-approve']]) {
    const { code, stderr } = await runTerraform(folder, [...args, '-no-color'], terraformEnv());
    expect(code, stderr).to.equal(0);
  }
  return (await runTerraform(folder, ['output', '-raw', 'script'], terraformEnv())).stdout;
}

function makeFileSystem(disk: string): void {
  expect(spawnSync('/usr/sbin/mkfs.ext4', ['-q', disk]).status).to.equal(0);
}

function uuidOf(disk: string): string {
  return spawnSync('/usr/sbin/blkid', ['-p', '-s', 'UUID', '-o', 'value', disk], {
    encoding: 'utf8',
  }).stdout.trim();
}

describe('the first boot of a Jenkins server', function () {
  this.timeout(60_000);
  let server: Machine;

  beforeEach(async () => {
    server = await machine();
  });
  afterEach(() => server.remove());

  it('formats an empty disk and mounts it', async () => {
    const { code, said } = await server.boot();
    expect(code, said).to.equal(0);
    expect(uuidOf(server.disk)).to.match(/^[0-9a-f-]{36}$/);
    expect(server.mounted()).to.equal(true);
    expect(await server.table()).to.match(
      new RegExp(`^UUID=${uuidOf(server.disk)} /\\S+/jenkins auto defaults,nofail\\S* 0 2\n$`),
    );
  });

  it('mounts the disk of an earlier server as it is, although lsblk knows nothing of it yet', async () => {
    makeFileSystem(server.disk);
    const before = uuidOf(server.disk);
    await server.command('lsblk', 'exit 0');
    const { code, said } = await server.boot({ restored: true });
    expect(code, said).to.equal(0);
    expect(uuidOf(server.disk)).to.equal(before);
    expect(server.mounted()).to.equal(true);
  });

  it('writes one line of a disk into the table, however often it starts', async () => {
    await server.boot();
    await server.boot();
    expect((await server.table()).trim().split('\n')).to.have.length(1);
  });

  // 4: blkid could not work; 8: signatures of several things are on the disk; 127: there is no blkid.
  for (const exit of [4, 8, 127])
    it(`leaves the disk alone where blkid ends with ${exit}`, async () => {
      makeFileSystem(server.disk);
      const before = uuidOf(server.disk);
      await server.command('blkid', `exit ${exit}`);
      const { code, said } = await server.boot();
      expect(code).to.equal(1);
      expect(said).to.contain(`vol0a1b2c3d4e5f60718 is left as it is: blkid -p ended with ${exit}`);
      expect(uuidOf(server.disk)).to.equal(before);
      expect(server.mounted()).to.equal(false);
    });

  it('leaves a disk alone that has something that blkid does not know', async () => {
    const file = await open(server.disk, 'r+');
    await file.write(Buffer.from('what some other program wrote'), 0, undefined, 300_000);
    await file.close();
    const { code, said } = await server.boot();
    expect(code).to.equal(1);
    expect(said).to.contain('it is not empty');
    expect(uuidOf(server.disk)).to.equal('');
  });

  it('leaves a disk alone that cannot be read, which blkid tells as one with nothing on it', async () => {
    makeFileSystem(server.disk);
    const before = uuidOf(server.disk);
    await server.command('blkid', 'exit 2');
    await server.command('head', 'echo "Input/output error" >&2; exit 1');
    const { code, said } = await server.boot();
    expect(code).to.equal(1);
    expect(said).to.contain('it cannot be read');
    expect(uuidOf(server.disk)).to.equal(before);
  });

  it('formats no disk that was to begin with a snapshot', async () => {
    const { code, said } = await server.boot({ restored: true });
    expect(code).to.equal(1);
    expect(said).to.contain('it is to begin with a snapshot, and is empty');
    expect(uuidOf(server.disk)).to.equal('');
  });
});
