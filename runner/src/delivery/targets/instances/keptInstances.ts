import type { Known } from '../../../context/target.js';
import type { InstancesConfig } from './schema.js';
import type { OwnInstance } from './rules/ownInstance.js';

/** What is said of kept instances in the ledger. */
type Facts = Readonly<Record<string, string>>;

/** The old instances, which are kept from now on: `kept` is their version, as with the colours of a switch. */
export function keptFacts(old: readonly OwnInstance[], keep: InstancesConfig['keep'], nowMs: number): Facts {
  if (old.length === 0 || keep.for === 0) return {};
  const at = (ms: number) => new Date(ms).toISOString();
  return {
    kept: [...new Set(old.map(({ label }) => label.version))].join(', '),
    'kept-instances': old.map(({ instance }) => instance.id).join(', '),
    'kept-since': at(nowMs),
    'kept-until': at(nowMs + keep.for),
  };
}

/** What was kept before and is still there: a deploy that changes nothing does not forget it. */
export function stillKept(
  known: Known | undefined,
  own: readonly { readonly instance: { readonly id: string } }[],
): Facts {
  const facts = known?.target?.facts ?? {};
  const { kept, 'kept-instances': ids, 'kept-since': since, 'kept-until': until } = facts;
  if (kept === undefined || ids === undefined || since === undefined || until === undefined) return {};
  const there = new Set(own.map(({ instance }) => instance.id));
  if (!ids.split(', ').some((id) => there.has(id))) return {};
  return { kept, 'kept-instances': ids, 'kept-since': since, 'kept-until': until };
}
