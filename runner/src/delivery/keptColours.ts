import { keptBy, type KeptColour } from '../domain/kept.js';
import type { CurrentDeployments } from '../state/ledger.js';
import type { State } from '../state/state.js';
import { knownOf } from './known.js';

/**
 * The colours that deploys have left to be kept and that nobody has drained since, by the ledger alone. The log of changes
 * is read only as far back as the oldest of them.
 */
export async function keptColours(
  { ledger }: Pick<State, 'ledger'>,
  environment: string,
  current: CurrentDeployments,
): Promise<readonly KeptColour[]> {
  const names = [current.healthy, current.latest].flatMap((one) => Object.keys(one?.targets ?? {}));
  const kept = [...new Set(names)].flatMap((name) => {
    const target = knownOf(current, name)?.target;
    return target === undefined ? [] : keptBy({ [name]: target });
  });
  if (kept.length === 0) return [];
  const oldest = kept.map(({ since }) => since).sort()[0] as string;
  const drained = new Map<string, string>();
  for await (const { kind, status, targets = [], startedAt } of ledger.changes.all(environment)) {
    if (startedAt < oldest) break;
    if (kind !== 'drain' || status !== 'ok') continue;
    for (const target of targets) if (!drained.has(target)) drained.set(target, startedAt);
  }
  return kept.filter(({ target, since }) => (drained.get(target) ?? '') < since);
}
