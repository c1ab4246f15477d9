import type { Begun } from '../../../context/target.js';
import { TAKE_OUT_ACTION } from './hostsBehind.js';

/** What changes what a host runs, or what is sent to it. */
const CHANGING: readonly string[] = ['drain', 'replace', 'bring back'];
/** What leaves a host with what it runs: it gets an image, is put back into service, or is kept out of it. */
const HARMLESS: readonly string[] = [
  ...['fetch', 'register', TAKE_OUT_ACTION],
  ...['snapshot', 'snapshot-there', 'migrate', 'migrated'],
];

/**
 * The hosts that a run may have changed, as its journal tells: each is written there before it is touched.
 * @param begun undefined where there is no journal to ask
 * @returns `all` where nobody can tell, as of an entry that cannot be read
 */
export function hostsBegun(begun: readonly Begun[] | undefined): ReadonlySet<string> | 'all' {
  if (begun === undefined) return 'all';
  const hosts = new Set<string>();
  for (const { action, data } of begun) {
    if (HARMLESS.includes(action)) continue;
    const named = data?.['hosts'];
    if (!CHANGING.includes(action) || !isNames(named)) return 'all';
    for (const name of named) hosts.add(name);
  }
  return hosts;
}

const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');
