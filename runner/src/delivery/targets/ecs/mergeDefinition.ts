import type { Tag, TaskDefinition } from '../../../adapters/aws/ecs.js';
import type { Difference } from '../../../domain/difference.js';
import { NOT_REGISTERABLE, VERSION_LABEL } from './taskDefinition.js';

/** A revision of a task definition with its tags. */
export interface Revision {
  readonly definition: TaskDefinition;
  readonly tags: readonly Tag[];
}

/** What became of two people's changes to one revision. */
export interface Merged extends Revision {
  /** What was changed only in the wanted one. */
  readonly taken: readonly Difference[];
  /** What was changed in both, each otherwise: what runs is kept. */
  readonly kept: readonly Difference[];
}

/** What a deploy decides by itself, whatever a revision says: image and configured variables, by container. */
export type Owned = ReadonlyMap<string, { readonly variables: ReadonlySet<string> }>;

/** Where a value stands. */
interface Place {
  readonly what: string;
  readonly name?: string;
  readonly of?: string;
}

interface Three {
  readonly base: unknown;
  readonly running: unknown;
  readonly wanted: unknown;
}

/** Lists whose members have names: they are merged one by one, and their order says nothing. */
const NAMED: Readonly<
  Record<string, { readonly key: string; readonly word: string; readonly value?: string }>
> = {
  containerDefinitions: { key: 'name', word: 'container' },
  environment: { key: 'name', word: 'environment', value: 'value' },
  secrets: { key: 'name', word: 'secret', value: 'valueFrom' },
  volumes: { key: 'name', word: 'volume' },
  tags: { key: 'key', word: 'tag', value: 'value' },
};
const VALUES = new Map(Object.values(NAMED).map(({ word, value }) => [word, value]));

/**
 * Merges the changes of one revision into another, by their common ancestor: what only one of them changed is taken; where
 * both did, what runs stays.
 * @param base what both were made from
 * @param owned what is never taken
 */
export function mergeDefinitions(
  base: Revision,
  running: Revision,
  wanted: Revision,
  owned: Owned = new Map(),
): Merged {
  const taken: Difference[] = [];
  const kept: Difference[] = [];

  const merge = (place: Place, three: Three): unknown => {
    const { base: before, running: now, wanted: then } = three;
    if (same(before, then) || same(now, then) || isOwned(place, owned)) return now;
    if (place.name === undefined && NAMED[place.what] !== undefined) return mergeNamed(place, three);
    const isWhole = place.name !== undefined && place.what !== 'container';
    if (isRecord(now) && isRecord(then) && !isWhole) return mergeMembers(place, three);
    const isTheirs = same(before, now);
    (isTheirs ? taken : kept).push({ ...place, ...change(place, now, then) });
    return isTheirs ? then : now;
  };

  const mergeNamed = ({ what, ...place }: Place, three: Three): readonly unknown[] => {
    const { key = '', word = '' } = NAMED[what] ?? {};
    const [before, now, then] = [three.base, three.running, three.wanted].map((list) => byName(list, key));
    const names = new Set([...(now?.keys() ?? []), ...(then?.keys() ?? [])]);
    return [...names]
      .map((name) =>
        merge(
          { ...place, what: word, name },
          { base: before?.get(name), running: now?.get(name), wanted: then?.get(name) },
        ),
      )
      .filter((one) => one !== undefined);
  };

  const mergeMembers = (place: Place, three: Three): Readonly<Record<string, unknown>> => {
    const [before, now, then] = [three.base, three.running, three.wanted].map((one) =>
      isRecord(one) ? one : {},
    );
    const keys = new Set([...Object.keys(now ?? {}), ...Object.keys(then ?? {})]);
    const entries = [...keys].map((key): [string, unknown] => [
      key,
      merge(inside(place, key), { base: before?.[key], running: now?.[key], wanted: then?.[key] }),
    ]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  };

  const three = { base: partsOf(base), running: partsOf(running), wanted: partsOf(wanted) };
  const { tags, ...merged } = mergeMembers({ what: '' }, three) as TaskDefinition & { readonly tags?: Tag[] };
  const origin = Object.entries(running.definition).filter(([key]) => UNMERGED.includes(key));
  return {
    definition: { ...(Object.fromEntries(origin) as TaskDefinition), ...merged },
    tags: [...running.tags.filter(isReserved), ...(tags ?? [])],
    taken,
    kept,
  };
}

/** What would change from one revision to another. */
export const differencesOf = (from: Revision, to: Revision): readonly Difference[] =>
  mergeDefinitions(unlabelled(from), unlabelled(from), unlabelled(to)).taken;

/** Without the version that it was registered for: the same content under another one is no change. */
function unlabelled({ definition, tags }: Revision): Revision {
  const containerDefinitions = definition.containerDefinitions?.map((container) => {
    if (container.dockerLabels?.[VERSION_LABEL] === undefined) return container;
    const { dockerLabels, ...others } = container;
    const { [VERSION_LABEL]: _, ...labels } = dockerLabels ?? {};
    return Object.keys(labels).length === 0 ? others : { ...others, dockerLabels: labels };
  });
  return { definition: { ...definition, ...(containerDefinitions && { containerDefinitions }) }, tags };
}

const UNMERGED: readonly string[] = [...NOT_REGISTERABLE, 'family'];

/** What a merge may change, and nothing of where a revision came from. */
function partsOf({ definition, tags }: Revision): Readonly<Record<string, unknown>> {
  const own = Object.entries(definition).filter(([key]) => !UNMERGED.includes(key));
  return { ...Object.fromEntries(own), tags: tags.filter((tag) => !isReserved(tag)) };
}

/** AWS's own tags and the runner's say nothing of what is wanted. */
const isReserved = ({ key = '' }: Tag): boolean => /^(?:aws|automation-stack):/.test(key);

function inside({ what, name, of }: Place, key: string): Place {
  if (what === 'container' && name !== undefined) return { what: key, of: name };
  return { what: what === '' ? key : `${what} ${key}`, ...(of === undefined ? {} : { of }) };
}

/** What changed, without what was never set. */
function change({ what }: Place, now: unknown, then: unknown): Pick<Difference, 'from' | 'to'> {
  const key = VALUES.get(what);
  const plain = (value: unknown) => (key !== undefined && isRecord(value) ? (value[key] ?? '') : value);
  return {
    ...(isUnset(now) ? {} : { from: plain(now) }),
    ...(isUnset(then) ? {} : { to: plain(then) }),
  };
}

function isOwned({ what, name, of }: Place, owned: Owned): boolean {
  const own = of === undefined ? undefined : owned.get(of);
  if (own === undefined) return false;
  return what === 'image' || (what === 'environment' && name !== undefined && own.variables.has(name));
}

function byName(list: unknown, key: string): ReadonlyMap<string, unknown> {
  const all = Array.isArray(list) ? (list as readonly Record<string, unknown>[]) : [];
  return new Map(all.map((one) => [String(one[key]), one]));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** What a description says of a member that was never set. */
function isUnset(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

const same = (one: unknown, other: unknown): boolean => exact(one) === exact(other);

/** A text that is equal for equal values: members in order, what is not set left out. */
function exact(value: unknown): string {
  if (isUnset(value)) return '';
  if (Array.isArray(value)) return `[${value.map(exact).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const named = Object.keys(value)
    .sort()
    .flatMap((key) => (isUnset(value[key]) ? [] : [`${key}:${exact(value[key])}`]));
  return `{${named.join(',')}}`;
}
