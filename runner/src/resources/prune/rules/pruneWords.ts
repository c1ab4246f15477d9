import type { PrunedKind, PruneItem } from '../../../domain/retention.js';

const ONE: Readonly<Record<PrunedKind, readonly [string, string]>> = {
  images: ['image', 'images'],
  artifacts: ['artifact', 'artifacts'],
  'task-definitions': ['task definition', 'task definitions'],
  'machine-images': ['machine image or snapshot', 'machine images and snapshots'],
  history: ['log of records', 'logs of records'],
};

/** `3 images, 1 artifact`. */
export function countWords(items: readonly Pick<PruneItem, 'kind'>[]): string {
  const counts = new Map<PrunedKind, number>();
  for (const { kind } of items) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${ONE[kind][count === 1 ? 0 : 1]}`).join(', ');
}

/** How a run ended, in one line. */
export function prunedWords(done: {
  readonly environment: string;
  readonly deleted: readonly PruneItem[];
  readonly failures: readonly unknown[];
  readonly retired: readonly string[];
}): string {
  const { environment, deleted, failures, retired } = done;
  const what = deleted.length === 0 ? 'nothing was deleted' : `${countWords(deleted)} deleted`;
  const releases =
    retired.length === 0
      ? []
      : [`${retired.length} ${retired.length === 1 ? 'release' : 'releases'} retired`];
  const left = failures.length === 0 ? [] : [`${failures.length} could not be deleted`];
  return `${environment}: ${[what, ...releases, ...left].join(', ')}`;
}
