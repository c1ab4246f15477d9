import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import type { Stage } from '../events/stage.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import type { ProvisionConfig } from '../config/schema.js';
import type { HostRecap } from './rules/ansibleEvents.js';
import { recordingChange } from '../infrastructure/changeRecord.js';
import { localSettings } from '../local/settings.js';
import { ansiblePaths, findAnsible } from './ansiblePaths.js';
import { ansibleTools } from './ansibleTools.js';
import { collectionVersions } from './collectionVersions.js';
import { inventoryOf } from './inventory.js';
import { planProvision } from './plannedLayers.js';
import { openPlaybookLog, withLog, type PlaybookLog } from './playbookLog.js';
import { runLayers, type LayerRuns, type ProvisionWork } from './runLayers.js';
import type { ForeseenChange } from './rules/foreseen.js';
import { usualForks } from './rules/forks.js';
import { isChosen } from './rules/layers.js';
import type { ProvisionOptions } from './rules/provisionOptions.js';
import { provisionSummary } from './rules/provisionWords.js';
import { isTagged, leftOutFailure, reachedHosts } from './rules/reachedHosts.js';
import { UnchangedHosts } from './unchangedHosts.js';
import { openVault, vaultPassword } from './vault.js';
import { waitForHosts } from './waitForHosts.js';

/** How long hosts that Terraform has just made are given to boot. */
export const BOOT_MS = 120_000;

export interface ProvisionResult {
  readonly hosts: Readonly<Record<string, HostRecap>>;
  readonly playbooks: readonly string[];
  /** Tasks that changed something, over all hosts. */
  readonly changed: number;
  /** What they have changed, or would change. */
  readonly changes: readonly ForeseenChange[];
  /** By the playbook, hosts that it was not run on, since nothing has changed there since its last good run. */
  readonly unchanged: Readonly<Record<string, readonly string[]>>;
  /** File with all that Ansible said. */
  readonly log?: string;
  /** One line for people. */
  readonly summary: string;
}

/**
 * Brings the hosts of an environment into shape: waits until all let us in, then runs the playbooks in order.
 * @param stage tells of it
 * @throws StackError PLAYBOOK_FAILED naming host, task and message; SSH_*; USAGE for names that there are not;
 *   CONFIG_INVALID where nothing is configured, and for a wrong password of Ansible Vault
 */
export async function provisionStep(
  context: Context,
  environment: NamedEnvironment,
  stage: Stage,
  options: ProvisionOptions = {},
): Promise<ProvisionResult> {
  if (options.dryRun === true) return logged(context, environment, stage, options);
  const isPart = options.limit !== undefined || options.tags !== undefined || isChosen(options);
  return recordingChange(context, environment, { kind: 'provision', isPart }, () =>
    logged(context, environment, stage, options),
  );
}

async function logged(
  context: Context,
  environment: NamedEnvironment,
  stage: Stage,
  options: ProvisionOptions,
): Promise<ProvisionResult> {
  const settings = await context.resolve(environment.config.provision, environment);
  if (settings === undefined) {
    throw new StackError('CONFIG_INVALID', `${environment.name} has nothing to provision`, {
      where: `environments.${environment.name}.provision`,
      next: 'Add `provision: { playbooks: [docker-host.yml] }` to the environment.',
    });
  }
  const log = await openPlaybookLog(context, environment);
  try {
    return await provision(context, environment, { settings, stage, options, log });
  } catch (error) {
    throw withLog(error, log);
  } finally {
    await log?.close();
  }
}

interface Given {
  readonly settings: ProvisionConfig;
  readonly stage: Stage;
  readonly options: ProvisionOptions;
  readonly log: PlaybookLog | undefined;
}

async function provision(
  context: Context,
  environment: NamedEnvironment,
  { settings, stage, options, log }: Given,
): Promise<ProvisionResult> {
  const vars = await context.resolve<unknown>(environment.config.provision?.vars, environment, 'template');
  const [inventory, paths, executable] = await Promise.all([
    inventoryOf(context, environment),
    ansiblePaths(context, environment),
    findAnsible(context.env, join(localSettings(context.env).venv, 'bin')),
  ]);
  const plan = await planProvision(context, environment, settings, { inventory, paths, options });
  const { hosts, layers } = plan;
  // Whatever can be told before a host is touched is told now.
  const [tools] = await Promise.all([
    ansibleTools(context, executable, settings.accelerate),
    openVault(context, environment, paths, { password: await vaultPassword(context, environment), hosts }),
  ]);
  await waitForHosts(context, environment, hosts, stage, options.bootMs ?? BOOT_MS);

  const { application } = await context.config();
  const variables = { application, environment_name: environment.name, ...(vars as object) };
  // A dry run is to look at everything, and leaves nothing to be believed.
  const isRemembered = options.dryRun !== true && settings['unchanged-for'] > 0;
  const unchanged = isRemembered
    ? await UnchangedHosts.look(context, {
        ...plan,
        environment,
        allHosts: inventory.hosts,
        variables: [variables, environment.config.variables],
        tools: [
          tools.core,
          tools.distribution ?? '',
          settings.accelerate,
          ...(await collectionVersions(paths)),
        ],
        believedMs: settings['unchanged-for'],
        isFull: options.full === true,
        isTagged: isTagged(options),
      })
    : undefined;
  const work: ProvisionWork = {
    environment,
    stage,
    inventory,
    variables,
    options,
    log,
    forks: settings.forks,
    usualForks: usualForks(hosts.length, { processors: availableParallelism(), freeBytes: freemem() }),
    mitogen: tools.mitogen,
  };
  await unchanged?.begin();
  const runs = await runLayers(context, work, layers, unchanged);
  const reached = reachedOf(runs, plan, options);
  await unchanged?.finish(runs.ends);
  for (const [host, recap] of Object.entries(runs.totals)) {
    const message = `${recap.ok} ok, ${recap.changed} changed`;
    stage.progress(message, { subject: host, phase: 'provisioned', status: 'ok' });
  }
  for (const { name } of hosts.filter((host) => runs.totals[host.name] === undefined)) {
    if (reached.includes(name))
      stage.progress('nothing has changed', { subject: name, phase: 'unchanged', status: 'ok' });
  }
  const changed = Object.values(runs.totals).reduce((sum, recap) => sum + recap.changed, 0);
  const leftOut = new Set(Object.values(runs.unchanged).flat());
  return {
    hosts: runs.totals,
    playbooks: layers.map(({ layer }) => layer.playbook),
    changed,
    changes: runs.changes,
    unchanged: runs.unchanged,
    ...(log === undefined ? {} : { log: log.path }),
    summary: provisionSummary({ reached: reached.length, changed, unchanged: leftOut.size }, options),
  };
}

/**
 * Hosts that something was done on, or that needed nothing.
 * @throws StackError PLAYBOOK_FAILED where some of those that were asked for are not among them
 */
function reachedOf(
  { totals, worked, unchanged }: LayerRuns,
  { hosts, layers }: Pick<Awaited<ReturnType<typeof planProvision>>, 'hosts' | 'layers'>,
  options: ProvisionOptions,
): readonly string[] {
  const names = hosts.map((host) => host.name);
  const known = new Set([
    ...Object.values(unchanged).flat(),
    ...reachedHosts(names, { totals, worked }, options),
  ]);
  const reached = names.filter((name) => known.has(name));
  // Chosen tasks and chosen layers leave out hosts on purpose.
  const mayLeaveOut = isTagged(options) || isChosen(options);
  if (reached.length > 0 && (reached.length === names.length || mayLeaveOut)) return reached;
  const playbooks = layers.map(({ layer }) => layer.playbook);
  throw leftOutFailure(names, reached, playbooks, options);
}
