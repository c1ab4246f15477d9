import { StackError } from '../base/errors.js';
import type { ObjectStore } from '../base/ports.js';
import { anything, type Shape } from '../base/recordShape.js';

/** A writer that loses this often in a row has another problem than bad luck. */
const ATTEMPTS = 50;

export interface Document<T> {
  readonly value: T;
  readonly etag: string;
}

/** Something is stored, but no document of a runner. */
export interface Unreadable {
  /** What is wrong with it, in words. */
  readonly unreadable: string;
  readonly etag: string;
  readonly body: string;
}

/** The text of a document: indented, because people look into state when things go wrong. */
export function serialise(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * Reads a document and says what it is. It never throws because of the content.
 * @param shape what it must hold
 */
export async function tryReadDocument<T>(
  store: ObjectStore,
  key: string,
  shape: Shape,
): Promise<Document<T> | Unreadable | undefined> {
  const stored = await store.get(key);
  if (stored === undefined) return undefined;
  const { body, etag } = stored;
  if (body.trim() === '') return { unreadable: 'is empty', etag, body };
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { unreadable: 'is not valid JSON', etag, body };
  }
  const where = shape(value);
  if (where === undefined) return { value: value as T, etag };
  return { unreadable: `is not what a runner writes${where === '' ? '' : `: ${where}`}`, etag, body };
}

/** Whether the document is valid. */
export function isReadable<T>(found: Document<T> | Unreadable | undefined): found is Document<T> {
  return found !== undefined && !('unreadable' in found);
}

/**
 * Reads a JSON document.
 * @param shape what it must hold
 * @throws StackError STATE_UNREADABLE if something else is stored
 */
export async function readDocument<T>(
  store: ObjectStore,
  key: string,
  shape: Shape,
): Promise<Document<T> | undefined> {
  const found = await tryReadDocument<T>(store, key, shape);
  if (found === undefined || isReadable(found)) return found;
  throw unreadableError(store, key, found);
}

/** Reads an optional document: undefined also if it cannot be read. */
export async function readHint<T>(store: ObjectStore, key: string, shape: Shape): Promise<T | undefined> {
  const found = await tryReadDocument<T>(store, key, shape);
  return isReadable(found) ? found.value : undefined;
}

/**
 * The failure of a document that cannot be read.
 * @param next the command that helps; by default the advice is a backup
 */
export function unreadableError(
  store: Pick<ObjectStore, 'location'>,
  key: string,
  { unreadable, body }: Pick<Unreadable, 'unreadable' | 'body'>,
  next = 'A runner writes whole documents, so it was edited by hand or damaged by a power failure. Restore it from a backup or remove it.',
): StackError {
  const start = body.trim().slice(0, 200);
  return new StackError('STATE_UNREADABLE', `${key} in the state store ${unreadable}`, {
    where: `${store.location}/${key}`,
    evidence: start === '' ? [] : [start],
    next,
  });
}

/** Writes a document that must not exist yet; false if it does. */
export async function createDocument(store: ObjectStore, key: string, value: unknown): Promise<boolean> {
  return (await store.put(key, serialise(value), { ifAbsent: true })) !== undefined;
}

/**
 * Changes a document so that no other writer's change is lost: read, decide, write if still the same, else again.
 * An unreadable document counts as missing, and is replaced.
 * @param change gets what is stored; returns what shall be stored, or undefined to leave it
 * @returns what is stored afterwards
 * @throws StackError STATE_CONFLICT if others always win
 */
export async function updateDocument<T>(
  store: ObjectStore,
  key: string,
  change: (stored: T | undefined) => T | undefined,
  shape: Shape = anything,
): Promise<T | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const current = await tryReadDocument<T>(store, key, shape);
    const known = isReadable(current) ? current.value : undefined;
    const next = change(known);
    if (next === undefined) return known;
    const condition = current === undefined ? ({ ifAbsent: true } as const) : { ifMatch: current.etag };
    if ((await store.put(key, serialise(next), condition)) !== undefined) return next;
  }
  throw new StackError('STATE_CONFLICT', `other runners kept changing ${key} at the same time`, {
    where: `${store.location}/${key}`,
    next: 'Run the command again.',
  });
}
