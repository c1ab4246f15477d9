import type { ObjectStore } from '../base/ports.js';
import { createDocument, readDocument, updateDocument } from './documents.js';
import { applicationShape } from './documentShapes.js';

/** What others can know about an application without its sources. It has no document before the first deployment. */
export interface ApplicationDocument {
  readonly application: string;
  readonly environments: readonly string[];
  /** Applications it needs, with where their releases are recorded; sorted by name. */
  readonly needs: Readonly<Record<string, string>>;
}

export const APPLICATION_KEY = 'application.json';

export async function readApplication(store: ObjectStore): Promise<ApplicationDocument | undefined> {
  return (await readDocument<ApplicationDocument>(store, APPLICATION_KEY, applicationShape))?.value;
}

/** Writes the document if it changed: one read, and at most one conditional write. */
export async function recordApplication(store: ObjectStore, document: ApplicationDocument): Promise<void> {
  await updateDocument<ApplicationDocument>(
    store,
    APPLICATION_KEY,
    (stored) => (JSON.stringify(stored) === JSON.stringify(document) ? undefined : document),
    applicationShape,
  );
}

/** Writes it only if there is none. */
export async function introduceApplication(store: ObjectStore, document: ApplicationDocument): Promise<void> {
  await createDocument(store, APPLICATION_KEY, document);
}
