import { constants } from 'node:fs';
import { access, readFile, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { StackError } from '../base/errors.js';
import type { Invocation } from '../base/ports.js';
import { askCommand, runCommand, type LocalContext } from './localContext.js';

/** Files of certificate authorities on common systems; the first that exists is used. */
const CA_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
];

/** Whether a program of this name is on PATH, or in the system folders that a user's PATH does not have. */
export async function findProgram(local: LocalContext, name: string): Promise<string | undefined> {
  const folders = [...(local.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    const file = join(folder, name);
    if (folder !== '' && (await readable(file, constants.X_OK))) return file;
  }
  return undefined;
}

/** Runs a command as root: directly if we are root, else by sudo without a prompt. */
export async function asRoot(
  local: LocalContext,
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Invocation> {
  if (process.getuid?.() === 0) return { file, args, env };
  if ((await askCommand(local, 'sudo', ['-n', 'true'])) === undefined) {
    throw new StackError('TOOL_FAILED', `${file} has to run as root, and sudo asks for a password here`, {
      where: [file, ...args].join(' '),
      next: `Type: sudo ${[file, ...args].join(' ')}   (or \`sudo -v\` first), then \`node runner local up\` again.`,
    });
  }
  const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return { file: 'sudo', args: ['-n', 'env', ...words, file, ...args] };
}

/** The MTU of the outgoing interface. Bridges with a larger one lose packets without an error. */
export async function uplinkMtu(): Promise<number> {
  try {
    const routes = (await readFile('/proc/net/route', 'utf8')).trim().split('\n').slice(1);
    const uplink = routes.map((line) => line.split('\t')).find((words) => words[1] === '00000000')?.[0];
    if (uplink === undefined) return 1500;
    return Number(await readFile(`/sys/class/net/${uplink}/mtu`, 'utf8')) || 1500;
  } catch {
    return 1500;
  }
}

/** The machine's certificate authorities. Hosts need them if a company has its own. */
export async function caBundle(local: LocalContext): Promise<string | undefined> {
  for (const file of [local.env['SSL_CERT_FILE'], ...CA_BUNDLES]) {
    if (file !== undefined && file !== '' && (await readable(file, constants.R_OK))) return file;
  }
  return undefined;
}

/** A folder for unpacking images: in memory if that is large enough (on a disk dpkg's fsyncs take 4 × as long). */
export async function scratchFolder(): Promise<string> {
  try {
    const { bavail, bsize } = await statfs('/dev/shm');
    if (bavail * bsize > 2 * 1024 ** 3) return '/dev/shm';
  } catch {
    // Without such a file system the ordinary temporary folder is used.
  }
  return tmpdir();
}

/**
 * Installs Debian packages, in one go.
 * @param why said to the user before anything happens
 */
export async function installPackages(
  local: LocalContext,
  packages: readonly string[],
  why: string,
): Promise<void> {
  if ((await findProgram(local, 'apt-get')) === undefined) {
    throw new StackError('TOOL_MISSING', `${why}, and this system has no apt-get to install it with`, {
      where: packages.join(' '),
      next: `Install ${packages.join(', ')} with your package manager, then \`node runner local up\` again.`,
    });
  }
  local.report({
    piece: 'packages',
    status: 'running',
    message: `apt-get install ${packages.join(' ')} (${why})`,
  });
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  await refreshPackageLists(local);
  await runCommand(
    local,
    await asRoot(
      local,
      'apt-get',
      ['install', '-y', '-q', '-o', 'DPkg::Lock::Timeout=120', ...packages],
      quiet,
    ),
    { purpose: `install ${packages.join(', ')}` },
  );
}

/** `apt-get update`: a fresh machine's lists are empty. */
async function refreshPackageLists(local: LocalContext): Promise<void> {
  await runCommand(local, await asRoot(local, 'apt-get', ['update', '-q', '-o', 'DPkg::Lock::Timeout=120']), {
    purpose: 'refresh the package lists',
  });
}

/** The machine's own package sources (its mirror), as one-line entries for images; its distribution's only. */
export async function packageSources(local: LocalContext): Promise<{ suite: string; lines: string[] }> {
  const system = Object.fromEntries(
    (await readFile('/etc/os-release', 'utf8')).split('\n').map((line) => {
      const [key = '', value = ''] = line.split('=', 2);
      return [key, value.replace(/^"|"$/g, '')];
    }),
  );
  const origin = (system['ID'] ?? 'debian').replace(/^./, (letter) => letter.toUpperCase());
  const list = () =>
    askCommand(local, 'apt-get', [
      'indextargets',
      '--format',
      '$(REPO_URI) $(RELEASE) $(COMPONENT)',
      'Created-By: Packages',
      `Origin: ${origin}`,
    ]);
  let found = await list();
  if (found === undefined || found === '') {
    await refreshPackageLists(local);
    found = await list();
  }
  const lines = [...new Set((found ?? '').split('\n').filter((line) => line.startsWith('http')))].sort();
  const suite = system['VERSION_CODENAME'];
  if (suite === undefined || lines.length === 0) {
    throw new StackError('TOOL_FAILED', 'Could not read the package sources of this machine', {
      where: '/etc/apt/sources.list, /etc/apt/sources.list.d/',
      next: 'The local environment builds its images from Debian packages: run it on Debian or Ubuntu with a working `apt-get update`.',
    });
  }
  return { suite, lines: lines.map((line) => `deb ${line}`) };
}

async function readable(file: string, mode: number): Promise<boolean> {
  try {
    await access(file, mode);
    return true;
  } catch {
    return false;
  }
}
