import type { Context, NamedEnvironment } from '../context/context.js';
import type { Stage } from '../events/stage.js';
import { GroupReporter } from './groupReporter.js';
import type { Inventory } from './inventory.js';
import type { PlannedLayer } from './plannedLayers.js';
import { runPlaybook } from './playbook.js';
import type { PlaybookLog } from './playbookLog.js';
import type { HostRecap, PlaybookOutcome } from './rules/ansibleEvents.js';
import type { ForeseenChange } from './rules/foreseen.js';
import { layerTitle } from './rules/layers.js';
import { usesFacts } from './rules/playbookText.js';
import type { ProvisionOptions } from './rules/provisionOptions.js';
import { addRecap, notLookedAt, playbookFailure } from './rules/provisionWords.js';
import type { HostEnd, UnchangedHosts } from './unchangedHosts.js';

/** What layers are run with. */
export interface ProvisionWork {
  readonly environment: NamedEnvironment;
  readonly stage: Stage;
  readonly inventory: Inventory;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly options: ProvisionOptions;
  readonly log: PlaybookLog | undefined;
  readonly forks: number | undefined;
  readonly usualForks: number;
  readonly mitogen: string | undefined;
}

export interface LayerRuns {
  readonly totals: Readonly<Record<string, HostRecap>>;
  /** Hosts on which a task did its work, gathering facts aside. */
  readonly worked: ReadonlySet<string>;
  readonly changes: readonly ForeseenChange[];
  /** By the title of the layer, hosts that it was not run on. */
  readonly unchanged: Readonly<Record<string, readonly string[]>>;
  /** By the name of the host, those that a layer ran on. */
  readonly ends: ReadonlyMap<string, HostEnd>;
}

/**
 * Runs layers in their order, each on its hosts that need it, and says where one was not run.
 * @throws StackError PLAYBOOK_FAILED after the layer in which a host failed
 */
export async function runLayers(
  context: Context,
  work: ProvisionWork,
  layers: readonly PlannedLayer[],
  known: UnchangedHosts | undefined,
): Promise<LayerRuns> {
  const totals: Record<string, HostRecap> = {};
  const worked = new Set<string>();
  const changes: ForeseenChange[] = [];
  const unchanged: Record<string, readonly string[]> = {};
  const ends = new Map<string, { changed: Map<string, number>; paths: string[] }>();
  for (const [index, planned] of layers.entries()) {
    const title = layerTitle(planned.layer);
    const all = planned.hosts.map(({ name }) => name);
    const names = known?.toRun[index] ?? all;
    const left = all.filter((name) => !names.includes(name));
    if (left.length > 0 && known !== undefined) {
      unchanged[title] = left;
      work.stage.progress(notLookedAt(title, left, known.since(index, left)));
    }
    if (all.length === 0) work.stage.progress(`${title}: none of the hosts that were asked for is in it`);
    if (names.length === 0) continue;
    const { outcome, made } = await runLayer(context, work, planned, names);
    changes.push(...made);
    for (const [host, recap] of Object.entries(outcome.hosts)) totals[host] = addRecap(totals[host], recap);
    for (const host of outcome.workedOn) worked.add(host);
    for (const name of names) {
      const end = ends.get(name) ?? { changed: new Map<string, number>(), paths: [] };
      end.changed.set(title, outcome.hosts[name]?.changed ?? 0);
      end.paths.push(...(outcome.paths.get(name) ?? []));
      ends.set(name, end);
    }
  }
  return { totals, worked, changes, unchanged, ends };
}

async function runLayer(
  context: Context,
  work: ProvisionWork,
  { layer, sources }: PlannedLayer,
  names: readonly string[],
): Promise<{ readonly outcome: PlaybookOutcome; readonly made: readonly ForeseenChange[] }> {
  const { environment, stage, inventory, options, variables } = work;
  const reporter = new GroupReporter(stage, layer, work.log);
  const outcome = await runPlaybook(context, {
    environment,
    stage,
    playbook: layer.playbook,
    inventory,
    limit: names,
    variables,
    forks: work.forks,
    usualForks: work.usualForks,
    mitogen: work.mitogen,
    withoutFacts: !sources.usesFacts && !usesFacts([JSON.stringify([variables, inventory.hosts])]),
    reporter,
    signal: context.signal,
    ...(options.tags === undefined ? {} : { tags: options.tags }),
    ...(options.dryRun === undefined ? {} : { dryRun: options.dryRun }),
    ...(options.diff === undefined ? {} : { diff: options.diff }),
  });
  if (outcome.failures.length > 0)
    throw playbookFailure(layer.playbook, outcome.failures, { hosts: names.length, layer: layer.name });
  return { outcome, made: reporter.changes.changes };
}
