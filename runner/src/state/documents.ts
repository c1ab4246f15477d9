import { StackError } from '../core/errors.js';
import type { ObjectStore } from '../core/ports.js';

/** Writers that lose this often in a row meet something other than bad luck. */
const ATTEMPTS = 50;

export interface Document<T> {
  readonly value: T;
  readonly etag: string;
}

/** The text of a document: indented, because people look into state when things go wrong. */
export function serialise(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * Reads a JSON document.
 * @throws StackError STATE_UNREADABLE where what is stored is not JSON
 */
export async function readDocument<T>(store: ObjectStore, key: string): Promise<Document<T> | undefined> {
  const stored = await store.get(key);
  if (stored === undefined) return undefined;
  try {
    return { value: JSON.parse(stored.body) as T, etag: stored.etag };
  } catch (cause) {
    throw new StackError('STATE_UNREADABLE', `${key} in the state store is not valid JSON`, {
      where: `${store.location}/${key}`,
      evidence: [stored.body.slice(0, 200)],
      next: 'The runner never writes half a file: look who edited it, and restore it from a backup.',
      cause,
    });
  }
}

/** Writes a document that must not exist yet; false where it does. */
export async function createDocument(store: ObjectStore, key: string, value: unknown): Promise<boolean> {
  return (await store.put(key, serialise(value), { ifAbsent: true })) !== undefined;
}

/**
 * Changes a document so that no other writer's change is lost: read, decide, write if still the same, else again.
 * @param change gets what is stored; returns what shall be stored, or undefined to leave it
 * @returns what is stored afterwards
 * @throws StackError STATE_CONFLICT where others win all the time
 */
export async function updateDocument<T>(
  store: ObjectStore,
  key: string,
  change: (stored: T | undefined) => T | undefined,
): Promise<T | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const current = await readDocument<T>(store, key);
    const next = change(current?.value);
    if (next === undefined) return current?.value;
    const condition = current === undefined ? ({ ifAbsent: true } as const) : { ifMatch: current.etag };
    if ((await store.put(key, serialise(next), condition)) !== undefined) return next;
  }
  throw new StackError('STATE_CONFLICT', `other runners kept changing ${key} at the same time`, {
    where: `${store.location}/${key}`,
    next: 'Run the command again.',
  });
}
