import { isInService } from '../../domain/behind.js';
import type { KeepRule, PruneItem } from '../../domain/retention.js';
import type { Looking } from './looking.js';
import { firstKept } from './rules/firstKept.js';
import { formatDays } from './rules/words.js';

/** The oldest records of a log of an environment, which go together. */
export interface HistoryItem {
  readonly item: PruneItem;
  readonly log: 'deployments' | 'changes';
  /** Number of the oldest record that stays. */
  readonly first: number;
}

/** Looks at the records of deployments and changes of the environment. */
export async function lookAtHistory(looking: Looking, rule: KeepRule): Promise<readonly HistoryItem[]> {
  const { environment, ledger, needed, state, nowMs } = looking;
  const { name } = environment;
  const deployments = ledger.environments.find((one) => one.name === name)?.deployments ?? [];
  const seen = new Set<string>();
  const deployed = deployments.map(({ sequence, startedAt, status, version }) => {
    // The last time that a release which stays was in service: what leads back to it.
    const leadsBack = isInService(status) && needed.has(version) && !seen.has(version);
    if (leadsBack) seen.add(version);
    const isOpen = ['running', 'paused', 'cut-off'].includes(status);
    return { number: sequence, at: startedAt, isNeeded: leadsBack || isOpen };
  });
  const kinds = new Set<string>();
  const changed = [];
  for await (const { number, startedAt, kind, status } of state.ledger.changes.all(name)) {
    // The last of each kind says what an environment is made of now.
    const isNeeded = status === 'ok' && !kinds.has(kind);
    if (status === 'ok') kinds.add(kind);
    changed.push({ number, at: startedAt, isNeeded });
  }
  return [
    ...itemOf('deployments', name, deployed, rule, nowMs),
    ...itemOf('changes', name, changed, rule, nowMs),
  ];
}

function itemOf(
  log: HistoryItem['log'],
  environment: string,
  records: readonly { readonly number: number; readonly at: string; readonly isNeeded: boolean }[],
  rule: KeepRule,
  nowMs: number,
): readonly HistoryItem[] {
  const first = firstKept(records, rule, nowMs);
  const going = records.filter(({ number }) => number < first);
  const [newest] = going;
  const oldest = going.at(-1);
  if (newest === undefined || oldest === undefined) return [];
  const range = oldest === newest ? `${newest.number}` : `${oldest.number} to ${newest.number}`;
  const why = `older than ${formatDays(rule.forMs)} and than the newest ${rule.keep}, and nothing leads back to them`;
  const item: PruneItem = {
    ...{ kind: 'history', id: `${log}/${environment}`, name: `${log} ${range} of ${environment}` },
    ...{ goes: true, why, made: newest.at },
  };
  return [{ item, log, first }];
}
