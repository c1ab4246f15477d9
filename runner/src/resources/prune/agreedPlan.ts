import type { PrunePlan } from './prunePlan.js';

/** What goes by two looks: nothing that began to be needed between them, and nothing that nobody has seen. */
export function agreedPlan(shown: PrunePlan, now: PrunePlan): PrunePlan {
  const seen = new Set(shown.items.filter(({ goes }) => goes).map(({ kind, id }) => `${kind} ${id}`));
  const agreed = <T extends PrunePlan['items'][number]>(item: T): T =>
    item.goes && !seen.has(`${item.kind} ${item.id}`)
      ? { ...item, goes: false, why: 'it goes since a moment only: the next run looks at it again' }
      : item;
  const releases = new Set(shown.retiring.map(({ version, createdAt }) => `${version}@${createdAt}`));
  const repositories = now.repositories.map((one) => ({ ...one, items: one.items.map(agreed) }));
  const staying = new Set(
    repositories.flatMap(({ items }) => items.filter(({ goes }) => !goes).map(({ id }) => id)),
  );
  const firstOf = (id: string) => shown.history.find(({ item }) => item.id === id)?.first ?? 0;
  return {
    ...now,
    items: now.items.map(agreed),
    repositories,
    retiring: now.retiring.filter(({ version, createdAt }) => releases.has(`${version}@${createdAt}`)),
    builds: now.builds.filter(({ digest }) => !staying.has(digest)),
    artifacts: now.artifacts.map((one) => ({ ...one, item: agreed(one.item) })),
    history: now.history.map((one) => ({
      ...one,
      item: agreed(one.item),
      first: Math.min(one.first, firstOf(one.item.id)),
    })),
  };
}
