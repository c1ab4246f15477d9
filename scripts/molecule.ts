// Tests roles with Molecule, each on a host of its own of the local environment: converge, converge again, verify.
//   node --import tsx scripts/molecule.ts [ROLE …]     all roles where none is named
// Jenkins, Node and Terraform are stand-ins from this machine; MOLECULE_DOWNLOADS=real takes what the roles name.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../runner/src/adapters/process/clock.js';
import { createProcesses } from '../runner/src/adapters/process/processes.js';
import { createHost, deleteHost, type Host } from '../runner/src/local/localHosts.js';
import { runCommand, type LocalContext } from '../runner/src/local/localContext.js';
import { placeholder } from '../runner/src/local/placeholder.js';
import { emulatorUrl, localSettings } from '../runner/src/local/settings.js';
import { localUp } from '../runner/src/local/up.js';
import { SecretRegistry } from '../runner/src/secrets/redact.js';
import { serveAgentTools } from '../test/support/agentTools.js';
import { serveJenkins } from '../test/support/jenkinsDownloads.js';

const ROLES = fileURLToPath(new URL('../ansible/roles', import.meta.url));
const CONFIG = fileURLToPath(new URL('../ansible/molecule/config.yml', import.meta.url));
/** Beside Ansible of the local environment, which may be another one. */
const PACKAGES = ['molecule==26.10.0', 'ansible-core==2.19.14', 'botocore==1.44.8'];
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

/** Installs Molecule once; other versions have another place. @returns its folder of programs */
async function molecule(): Promise<string> {
  const pins = createHash('sha256').update(PACKAGES.join(' ')).digest('hex').slice(0, 8);
  const venv = join(local.settings.tools, `molecule-${pins}`);
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
  const { knownHosts, privateKey, region } = local.settings;
  const known = [`UserKnownHostsFile=${knownHosts}`, `HostKeyAlias=[127.0.0.1]:${sshPort}`];
  return {
    MOLECULE_ADDRESS: privateAddress,
    MOLECULE_USER: 'deploy',
    MOLECULE_PRIVATE_KEY: privateKey,
    MOLECULE_SSH_ARGUMENTS: known.map((option) => `-o ${option}`).join(' '),
    MOLECULE_IMAGE: imageOfHosts,
    AWS_ENDPOINT_URL: emulatorUrl(local.settings),
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
}

interface Downloads {
  /** Variables of roles that lead them there. */
  readonly variables: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/** What a role downloads, in place of its makers' servers. */
async function downloads(role: string): Promise<Downloads> {
  const { gateway } = local.settings;
  if (process.env['MOLECULE_DOWNLOADS'] !== 'real') {
    if (role === 'jenkins_agent') return serveAgentTools(local.settings);
    if (role === 'jenkins') {
      const served = await serveJenkins(gateway, '');
      const { war, pluginManager } = served;
      return {
        variables: {
          jenkins_war_url: war.url,
          jenkins_war_checksum: war.checksum,
          jenkins_plugin_manager_url: pluginManager.url,
          jenkins_plugin_manager_checksum: pluginManager.checksum,
        },
        close: () => served.close(),
      };
    }
  }
  return { variables: {}, close: () => Promise.resolve() };
}

/** Runs the scenario of a role on a new host. @returns whether it passed */
async function passes(role: string, bin: string, imageOfHosts: string): Promise<boolean> {
  await deleteHost(local, HOST);
  const [host, served] = [await createHost(local, HOST, undefined), await downloads(role)];
  const folder = mkdtempSync(join(tmpdir(), 'automation-stack-molecule-'));
  const file = join(folder, 'variables.json');
  writeFileSync(file, JSON.stringify(served.variables));
  try {
    const words = ['--base-config', CONFIG, 'test', '--', '--extra-vars', `@${file}`];
    const child = spawn(join(bin, 'molecule'), words, {
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
    rmSync(folder, { recursive: true });
    await served.close();
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
