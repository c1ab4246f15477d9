import type { NamedInstance } from '../../domain/instance.js';

/** Ids of instances that stand anywhere in records, whichever kind of target wrote them. */
export function idsIn(records: unknown): ReadonlySet<string> {
  const text = JSON.stringify(records) ?? '';
  return new Set([...text.matchAll(/\bi-[0-9a-f]{8,17}\b/g)].map(([id]) => id));
}

/**
 * Those of the instances that runs made which nobody knows any more.
 * @param known `named`: ids that deployments name; `isLocked`: a run is at work, whose instances no record may name yet
 */
export function orphansOf(
  made: readonly NamedInstance[],
  known: { readonly named: ReadonlySet<string>; readonly isLocked: boolean },
): readonly NamedInstance[] {
  if (known.isLocked) return [];
  return made.filter(
    ({ id, state }) => state !== 'terminated' && state !== 'shutting-down' && !known.named.has(id),
  );
}
