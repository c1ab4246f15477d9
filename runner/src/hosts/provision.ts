import type { Stage } from '../events/stage.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError, toErrorRecord } from '../base/errors.js';
import type { Host } from '../domain/host.js';
import type { HostFailure, HostRecap } from './rules/ansibleEvents.js';
import { recordingChange } from '../infrastructure/changeRecord.js';
import { inventoryOf, limitHosts, type Inventory } from './inventory.js';
import { runPlaybook } from './playbook.js';
import { isTagged, leftOutFailure, reachedHosts } from './rules/reachedHosts.js';
import type { ProvisionOptions } from './rules/provisionOptions.js';

/** How long hosts that Terraform has just made are given to boot. */
export const BOOT_MS = 120_000;

export interface ProvisionResult {
  readonly hosts: Readonly<Record<string, HostRecap>>;
  readonly playbooks: readonly string[];
  /** Tasks that changed something, over all hosts. */
  readonly changed: number;
  /** One line for people. */
  readonly summary: string;
}

/**
 * Brings the hosts of an environment into shape: waits until all let us in, then runs the playbooks in order.
 * @param stage tells of it
 * @throws StackError PLAYBOOK_FAILED naming host, task and message; SSH_*; CONFIG_INVALID where nothing is configured
 */
export async function provisionStep(
  context: Context,
  environment: NamedEnvironment,
  stage: Stage,
  options: ProvisionOptions = {},
): Promise<ProvisionResult> {
  if (options.dryRun === true) return provision(context, environment, stage, options);
  const isPart = options.limit !== undefined || options.tags !== undefined;
  return recordingChange(context, environment, { kind: 'provision', isPart }, () =>
    provision(context, environment, stage, options),
  );
}

async function provision(
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
  const vars = await context.resolve<unknown>(environment.config.provision?.vars, environment, 'template');
  const inventory = await inventoryOf(context, environment);
  const hosts = limitHosts(inventory.hosts, options.limit ?? settings.limit);
  await waitForHosts(context, environment, hosts, stage, options.bootMs ?? BOOT_MS);

  const { application } = await context.config();
  const totals: Record<string, HostRecap> = {};
  const worked = new Set<string>();
  for (const playbook of settings.playbooks) {
    const outcome = await runPlaybook(context, {
      environment,
      stage,
      playbook,
      inventory,
      limit: hosts.map((host) => host.name),
      variables: { application, environment_name: environment.name, ...(vars as object) },
      forks: settings.forks,
      signal: context.signal,
      ...(options.tags === undefined ? {} : { tags: options.tags }),
      ...(options.dryRun === undefined ? {} : { dryRun: options.dryRun }),
      ...(settings.vault === undefined ? {} : { vaultPassword: settings.vault.password }),
    });
    for (const [host, recap] of Object.entries(outcome.hosts)) totals[host] = add(totals[host], recap);
    for (const host of outcome.workedOn) worked.add(host);
    if (outcome.failures.length > 0) throw playbookFailure(playbook, outcome.failures, inventory);
  }
  const names = hosts.map((host) => host.name);
  const reached = reachedHosts(names, { totals, worked }, options);
  if (reached.length === 0 || (reached.length < names.length && !isTagged(options))) {
    throw leftOutFailure(names, reached, settings.playbooks, options);
  }
  for (const [host, recap] of Object.entries(totals)) {
    const message = `${recap.ok} ok, ${recap.changed} changed`;
    stage.progress(message, { subject: host, phase: 'provisioned', status: 'ok' });
  }
  const changed = Object.values(totals).reduce((sum, recap) => sum + recap.changed, 0);
  return {
    hosts: totals,
    playbooks: settings.playbooks,
    changed,
    summary: summarise(reached.length, changed, options),
  };
}

function summarise(count: number, changed: number, { dryRun }: ProvisionOptions): string {
  const hosts = `${count} ${count === 1 ? 'host' : 'hosts'}`;
  if (changed === 0) return `${hosts} as ${count === 1 ? 'it' : 'they'} should be, nothing to change`;
  const changes = `${changed} ${changed === 1 ? 'change' : 'changes'}`;
  return dryRun === true ? `${changes} would be made on ${hosts}` : `${hosts} provisioned, ${changes}`;
}

/** Waits for every host side by side, then reports all that did not come, with the first as the reason. */
async function waitForHosts(
  context: ContextWith<'signal' | 'ssh'>,
  environment: NamedEnvironment,
  hosts: readonly Host[],
  stage: Stage,
  timeoutMs: number,
): Promise<void> {
  const ssh = await context.ssh(environment);
  const errors = await ssh.each(hosts, async (host) => {
    try {
      await ssh.ready(host, { timeoutMs, signal: context.signal });
      stage.progress('reachable', { subject: host.name, phase: 'reachable', status: 'running' });
      return undefined;
    } catch (error) {
      if (context.signal.aborted) throw error;
      return toErrorRecord(error);
    }
  });
  const failed = errors.filter((error) => error !== undefined);
  const [first, ...others] = failed;
  if (first === undefined) return;
  if (first.code === 'BUG') throw new Error(first.message);
  throw new StackError(first.code, first.message, {
    ...(first.where === undefined ? {} : { where: first.where }),
    evidence: [...(first.evidence ?? []), ...others.map((error) => error.message)],
    ...(first.next === undefined ? {} : { next: first.next }),
  });
}

function add(before: HostRecap | undefined, recap: HostRecap): HostRecap {
  if (before === undefined) return recap;
  const sum = (key: keyof HostRecap) => before[key] + recap[key];
  return {
    ok: sum('ok'),
    changed: sum('changed'),
    failed: sum('failed'),
    unreachable: sum('unreachable'),
    skipped: sum('skipped'),
    rescued: sum('rescued'),
  };
}

/** The first failing host with its task and message; the others, and what the task printed, as evidence. */
export function playbookFailure(
  playbook: string,
  failures: readonly HostFailure[],
  inventory: Pick<Inventory, 'hosts'>,
): StackError {
  const [first] = failures as readonly [HostFailure, ...HostFailure[]];
  const others = inventory.hosts.length - failures.length;
  return new StackError(
    'PLAYBOOK_FAILED',
    `${first.host}: ${first.task === '' ? playbook : `task "${first.task}"`}: ${first.message}`,
    {
      where: first.where === '' ? playbook : first.where,
      evidence: [
        ...first.output,
        ...failures.slice(1).map((failure) => `${failure.host}: task "${failure.task}": ${failure.message}`),
        `${failures.length} of ${failures.length + Math.max(0, others)} hosts failed in ${playbook}`,
      ],
      next: `Fix the cause and provision again; finished tasks are not repeated. Only this host: --limit ${first.host}`,
    },
  );
}
