import pMap from 'p-map';
import { activeRevisions, familyOfRevision } from '../../adapters/aws/taskDefinitions.js';
import type { PruneItem } from '../../domain/retention.js';
import { imagesOf, type AwsUse } from './inUse.js';
import type { Looking } from './looking.js';
import { definitionVerdict, shortName } from './rules/definitionVerdicts.js';

/** Looks at the revisions of the families that the environment's services have. */
export async function lookAtDefinitions(looking: Looking, use: AwsUse): Promise<readonly PruneItem[]> {
  const { context, environment, ledger, others, needed, rule } = looking;
  const aws = await context.aws(environment);
  const families = [...new Set(use.ownDefinitions.map(familyOfRevision))];
  const gone = new Set<string>();
  const staying = new Map<string, string>();
  for (const { images, version } of ledger.releases)
    for (const { digest } of Object.values(images)) {
      const why = needed.get(version);
      if (why === undefined) gone.add(digest);
      else staying.set(digest, `${version}: ${why}`);
    }
  for (const { release } of ledger.retired)
    for (const { digest } of Object.values(release.images)) gone.add(digest);
  for (const { application, releases } of others)
    for (const { images } of releases)
      for (const { digest } of Object.values(images)) staying.set(digest, `${application} has it`);
  // What a journal or a deployment that may be returned to names by its revision.
  const written = ledger.environments.map(({ name, journal, deployments }) => ({
    name,
    text: JSON.stringify([journal ?? null, deployments.slice(0, 2 * rule.keep)]),
  }));
  const items: PruneItem[] = [];
  for (const family of families) {
    const active = await activeRevisions(aws, family, context.signal);
    // Those that a killed run deregistered, and did not delete.
    const inactive = await activeRevisions(aws, family, context.signal, 'INACTIVE');
    const looked = await pMap(
      [...active, ...inactive],
      async (arn, index) => {
        const verdict = await definitionVerdict(arn, {
          usedBy: use.definitions.get(arn),
          isNewest: index < Math.min(active.length, rule.keep),
          keep: rule.keep,
          written,
          gone,
          staying,
          images: () => imagesOf(aws, arn, context.signal),
        });
        return { kind: 'task-definitions' as const, id: arn, name: shortName(arn), ...verdict };
      },
      { concurrency: 4 },
    );
    // What was deregistered long ago by others is no news.
    items.push(...looked.filter(({ id, goes }) => goes || active.includes(id)));
  }
  return items;
}
