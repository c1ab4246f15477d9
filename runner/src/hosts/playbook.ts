import type { Host } from '../domain/host.js';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { homeDirectory } from '../adapters/process/user.js';
import { asText } from '../config/referencesIn.js';
import type { Context } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { cutLine, LONGEST_RECORD } from '../base/longLines.js';
import { Template, valueName } from '../base/template.js';
import type { AnsiblePaths } from './rules/ansibleSettings.js';
import {
  ansiblePlaybook,
  REGISTRY_PASSWORD,
  VAULT_PASSWORD,
  VAULT_SCRIPT,
} from './rules/ansibleArguments.js';
import { parseAnsibleLine, PlaybookOutcome } from './rules/ansibleEvents.js';
import { ansibleJson, valuesIn } from './rules/ansibleValues.js';
import { connectionVariables, inventoryDocument } from './rules/inventoryText.js';
import type { Route } from '../domain/route.js';
import { localSettings } from '../local/settings.js';
import { awsVariables } from '../context/awsOfChildren.js';
import { ansiblePaths, findAnsible, findPlaybook } from './ansiblePaths.js';
import type { Inventory } from './inventory.js';
import { StepReporter } from './playbookReporter.js';
import type { PlaybookRequest } from './playbookRequest.js';
import { openVault, vaultPassword } from './vault.js';
import { keyAgent } from './keyAgent.js';
import { privateFolder, type PrivateFolder } from '../adapters/process/privateFolder.js';

export type { PlaybookRequest } from './playbookRequest.js';

/**
 * Runs one playbook and tells, while it runs, what happens on each host. Hosts that fail are in the outcome; only a
 * run that could not work at all throws.
 *
 * @throws StackError PLAYBOOK_FAILED for a playbook that Ansible refuses, TOOL_MISSING, CONFIG_INVALID, INTERRUPTED
 */
export async function runPlaybook(context: Context, request: PlaybookRequest): Promise<PlaybookOutcome> {
  const { environment, inventory } = request;
  context.secrets.register(request.secrets?.[REGISTRY_PASSWORD]);
  const paths = await ansiblePaths(context, environment);
  const playbook = await findPlaybook(paths, request.playbook);
  const [shared, vault] = await Promise.all([
    context.resolve(environment.config.variables, environment, 'free'),
    vaultPassword(context, environment),
  ]);
  const hosts = inventory.hosts.filter(({ name }) => request.limit.includes(name));
  // What Ansible decrypts is masked in all that it prints.
  await openVault(context, environment, paths, { password: vault, hosts });
  const outcome = new PlaybookOutcome();
  const isCommanded = (host: Host) => inventory.routeOf(host).byCommand === true;
  const [commanded, direct] = [hosts.filter(isCommanded), hosts.filter((host) => !isCommanded(host))];
  if (commanded.length > 0) {
    const { playByCommand } = await import('./commandPlay.js');
    await playByCommand(context, request, { paths, playbook, shared, vault, hosts: commanded, outcome });
    if (direct.length === 0) return outcome;
  }
  const limit = direct.map(({ name }) => name);
  const routes = inventory.hosts.filter((host) => !isCommanded(host)).map(inventory.routeOf);
  const agent = await keyAgent(context, routes);
  try {
    const prepared = { places: paths, playbook, shared, vault, agent: agent.socket, outcome };
    return await play(context, commanded.length > 0 ? { ...request, limit } : request, prepared);
  } finally {
    await agent.close();
  }
}

interface Prepared {
  readonly places: AnsiblePaths;
  readonly playbook: string;
  readonly shared: Readonly<Record<string, unknown>>;
  /** Password of Ansible Vault. */
  readonly vault: string | undefined;
  /** Socket of the agent that holds encrypted keys. */
  readonly agent: string | undefined;
  /** Knows what is over already. */
  readonly outcome: PlaybookOutcome;
}

async function play(
  context: Context,
  request: PlaybookRequest,
  { places: paths, playbook, shared, vault, agent, outcome }: Prepared,
): Promise<PlaybookOutcome> {
  const { inventory } = request;
  const { hosts, routeOf, file } = inventory;
  const aws = await awsVariables(context, request.environment);
  const document = hideSecrets(inventoryDocument(hosts, routeOf, { agent }), context.secrets);
  const variables = { ...request.variables, ...valuesIn(request.variables), ...valuesIn(document) };
  // Values lie in memory, and only until Ansible has read them; the rest holds no secret.
  const [values, plain, folder] = await Promise.all([
    privateFolder(context.env, 'memory'),
    privateFolder(context.env, 'memory'),
    privateFolder(context.env, 'disk'),
  ]);
  try {
    const vaultScript =
      vault === undefined ? undefined : await folder.file('vault-password', VAULT_SCRIPT, 0o700);
    const invocation = ansiblePlaybook({
      places: paths,
      executable: await findAnsible(context.env, join(localSettings(context.env).venv, 'bin')),
      playbook,
      inventory:
        file === undefined
          ? await plain.file('inventory.json', ansibleJson(document))
          : await connectionsOnly(plain, inventory, agent),
      ownInventory: file,
      limit: request.limit,
      variables: await values.file('variables.json', ansibleJson(variables)),
      temporary: folder.path,
      sockets: ownSockets(homeDirectory(context.env), hosts.map(routeOf)) ? plain.path : undefined,
      ...(request.tags === undefined ? {} : { tags: request.tags }),
      forks: request.forks,
      usualForks: request.usualForks,
      ...(vaultScript === undefined ? {} : { vaultScript }),
      ...(request.dryRun === undefined ? {} : { dryRun: request.dryRun }),
      ...(request.diff === undefined ? {} : { diff: request.diff }),
      ...(request.withoutFacts === undefined ? {} : { withoutFacts: request.withoutFacts }),
      mitogen: request.mitogen,
      secrets: {
        ...aws,
        ...Object.fromEntries(Object.entries(shared).map(([name, value]) => [name, asText(value)])),
        ...request.secrets,
        ...(vault === undefined ? {} : { [VAULT_PASSWORD]: vault }),
        // Our callback ends the run when we are killed: nothing of ours works on hosts behind our back.
        AUTOMATION_STACK_RUN: request.stage.id,
      },
    });
    const teller = request.reporter ?? new StepReporter(context, request);
    const result = await context.processes.run(invocation, {
      signal: request.signal,
      // The recap of hundreds of hosts is one long line.
      longestLine: LONGEST_RECORD,
      onLine: (line, stream) => {
        const event = parseAnsibleLine(line);
        if (event === undefined) return teller.output('ansible', cutLine(line), stream);
        // The first play begins when all variables are read.
        if (event.event === 'play') void values.remove();
        outcome.take(event);
        teller.tell(event);
      },
    });
    if (result.exitCode !== 0 && outcome.failures.length === 0) throw refused(playbook, result);
    return outcome;
  } finally {
    await Promise.all([values.remove(), plain.remove(), folder.remove()]);
  }
}

/**
 * An inventory that says nothing but how hosts are reached, to be read after the user's own. The variables stand in
 * `host_vars`, which go before all that an inventory says.
 * @returns its path
 */
async function connectionsOnly(
  folder: PrivateFolder,
  { hosts, routeOf }: Inventory,
  agent: string | undefined,
): Promise<string> {
  await mkdir(join(folder.path, 'host_vars'), { mode: 0o700 });
  await Promise.all(
    hosts.map((host) =>
      folder.file(
        join('host_vars', `${host.name}.json`),
        ansibleJson(connectionVariables(routeOf(host), { agent })),
      ),
    ),
  );
  const names = Object.fromEntries(hosts.map(({ name }) => [name, {}]));
  return folder.file('inventory.json', ansibleJson({ all: { hosts: names } }));
}

/**
 * Whether SSH's sockets lie in a folder of this run, not below the home, where Ansible puts them. SSH reads `%h` and the
 * like in their path, and takes 107 bytes. Ansible names a socket by address, port and user alone: behind two jump hosts
 * those may be the same of two hosts, and one's connection would be taken for the other's.
 */
export function ownSockets(home: string, routes: readonly Pick<Route, 'jumps' | 'proxy'>[]): boolean {
  if (/[%"\\$]/.test(home) || Buffer.byteLength(home) > 60) return true;
  return routes.some(({ jumps, proxy }) => jumps.length > 0 || proxy !== undefined);
}

/** Host variables that are secrets travel with the other values: the inventory is a file that lies there for the run. */
function hideSecrets(value: unknown, secrets: Context['secrets']): unknown {
  if (typeof value === 'string') {
    if (secrets.text(value) === value) return value;
    const name = valueName(value);
    return new Template(`{{ ${name} }}`, { [name]: value });
  }
  if (Array.isArray(value)) return value.map((item) => hideSecrets(item, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hideSecrets(item, secrets)]));
}

function refused(playbook: string, result: { exitCode: number; tail: readonly string[] }): StackError {
  const words = result.tail.filter((line) => !line.startsWith('{"event":') && line.trim() !== '');
  return new StackError('PLAYBOOK_FAILED', `Ansible did not run ${playbook} (exit code ${result.exitCode})`, {
    where: playbook,
    evidence: words.slice(-15),
    next: `Look at the lines above; \`ansible-playbook --syntax-check ${playbook}\` finds mistakes in the playbook.`,
  });
}
