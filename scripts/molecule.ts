// Tests roles with Molecule, each on a host of its own of the local environment: converge, converge again, verify.
//   node --import tsx scripts/molecule.ts [ROLE …]     all roles where none is named
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../runner/src/adapters/process/clock.js';
import { createProcesses } from '../runner/src/adapters/process/processes.js';
import { createHost, deleteHost, type Host } from '../runner/src/local/localHosts.js';
import { runCommand, type LocalContext } from '../runner/src/local/localContext.js';
import { placeholder } from '../runner/src/local/placeholder.js';
import { localSettings } from '../runner/src/local/settings.js';
import { localUp } from '../runner/src/local/up.js';
import { SecretRegistry } from '../runner/src/secrets/redact.js';

const ROLES = fileURLToPath(new URL('../ansible/roles', import.meta.url));
const CONFIG = fileURLToPath(new URL('../ansible/molecule/config.yml', import.meta.url));
/** Beside Ansible of the local environment, which may be another one. */
const PACKAGES = ['molecule==26.10.0', 'ansible-core==2.19.14'];
const HOST = 'molecule';

const processes = createProcesses({
  cwd: process.cwd(),
  env: process.env,
  redactor: () => new SecretRegistry().lines(),
});
const local: LocalContext = {
  settings: localSettings(process.env),
  env: process.env,
  processes,
  clock: systemClock,
  signal: undefined,
  report: ({ piece, status, message }) => {
    if (status !== 'skipped') console.log(`${piece}: ${message}`);
  },
};

/** Installs Molecule once. @returns its folder of programs */
async function molecule(): Promise<string> {
  const venv = join(local.settings.tools, 'molecule');
  const bin = join(venv, 'bin');
  if (existsSync(join(bin, 'molecule'))) return bin;
  const purpose = 'install Molecule';
  await runCommand(local, { file: 'python3', args: ['-m', 'venv', venv] }, { purpose });
  const install = ['install', '--quiet', '--disable-pip-version-check', ...PACKAGES];
  await runCommand(local, { file: join(bin, 'pip'), args: install }, { purpose });
  return bin;
}

/** An image for roles that run one, as hosts see it, by its digest. */
async function image(): Promise<string> {
  const [repository = '', tag = ''] = (await placeholder(local)).split(/:(?=[^:/]*$)/);
  const path = repository.slice(repository.indexOf('/') + 1);
  const { emulatorPort, gateway } = local.settings;
  const manifest = await fetch(`http://127.0.0.1:${emulatorPort}/v2/${path}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
  });
  return `${gateway}:${emulatorPort}/${path}@${manifest.headers.get('docker-content-digest') ?? ''}`;
}

/** What the base configuration reads. The address is that of the host itself, so that all of its ports are reached. */
function variables({ privateAddress, sshPort }: Host, imageOfHosts: string): Record<string, string> {
  const { knownHosts, privateKey } = local.settings;
  const known = [`UserKnownHostsFile=${knownHosts}`, `HostKeyAlias=[127.0.0.1]:${sshPort}`];
  return {
    MOLECULE_ADDRESS: privateAddress,
    MOLECULE_USER: 'deploy',
    MOLECULE_PRIVATE_KEY: privateKey,
    MOLECULE_SSH_ARGUMENTS: known.map((option) => `-o ${option}`).join(' '),
    MOLECULE_IMAGE: imageOfHosts,
  };
}

/** Runs the scenario of a role on a new host. @returns whether it passed */
async function passes(role: string, bin: string, imageOfHosts: string): Promise<boolean> {
  await deleteHost(local, HOST);
  const host = await createHost(local, HOST, undefined);
  try {
    const child = spawn(join(bin, 'molecule'), ['--base-config', CONFIG, 'test'], {
      cwd: join(ROLES, role),
      env: {
        ...process.env,
        ...variables(host, imageOfHosts),
        PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      },
      stdio: 'inherit',
    });
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    return code === 0;
  } finally {
    await deleteHost(local, HOST);
  }
}

const known = readdirSync(ROLES).filter((role) =>
  existsSync(join(ROLES, role, 'molecule/default/molecule.yml')),
);
const named = process.argv.slice(2);
const unknown = named.filter((role) => !known.includes(role));
if (unknown.length > 0) {
  console.error(`No scenario of ${unknown.join(', ')}; there are those of ${known.join(', ')}.`);
  process.exit(2);
}
await localUp(local);
const [bin, imageOfHosts] = [await molecule(), await image()];
const failed: string[] = [];
for (const role of named.length === 0 ? known : named) {
  const startedAt = Date.now();
  const passed = await passes(role, bin, imageOfHosts);
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${role} (${Math.round((Date.now() - startedAt) / 1000)} s)`);
  if (!passed) failed.push(role);
}
process.exitCode = failed.length === 0 ? 0 : 1;
