import pMap from 'p-map';
import { headObject } from '../../adapters/aws/s3Artifacts.js';
import type { ReleaseArtifact, ReleaseRecord } from '../../domain/records.js';
import type { PruneItem } from '../../domain/retention.js';
import { artifactPrefix } from '../../release/rules/artifactKeys.js';
import type { Looking } from './looking.js';

export interface ArtifactItem {
  readonly artifact: ReleaseArtifact;
  readonly item: PruneItem;
}

/** Looks at the artifacts that builds of this application have uploaded to the buckets of the configuration. */
export async function lookAtArtifacts(
  looking: Looking,
  retiring: readonly ReleaseRecord[],
): Promise<readonly ArtifactItem[]> {
  const { context, environment, ledger, others, needed } = looking;
  const config = await context.config();
  const places = await Promise.all(
    Object.values(config.artifacts).map(async ({ bucket, prefix }) => ({
      bucket: await context.resolve(bucket, environment),
      prefix: `${(prefix ?? artifactPrefix(config.application)).replace(/\/$/, '')}/`,
    })),
  );
  if (places.length === 0) return [];
  const isOurs = ({ bucket, key, metadata }: ReleaseArtifact) =>
    // What others uploaded, under a key of theirs, has what they said of it.
    metadata === undefined && places.some((one) => one.bucket === bucket && key.startsWith(one.prefix));
  const needs = new Map<string, string>();
  for (const { application, releases } of others)
    for (const release of releases)
      for (const one of artifactsOf(release)) needs.set(placeOf(one), `${application} has it`);
  const going = new Set([...retiring, ...ledger.retired.map(({ release }) => release)]);
  for (const release of ledger.releases.filter((one) => !going.has(one)))
    for (const one of artifactsOf(release))
      needs.set(
        placeOf(one),
        `${release.version}: ${needed.get(release.version) ?? 'it was there before the ledger'}`,
      );
  const all = [...new Set([...ledger.releases, ...going])].flatMap((release) =>
    artifactsOf(release).map((artifact) => ({ artifact, made: release.createdAt })),
  );
  // A key is that of its content: releases of the same content share it.
  const byPlace = new Map(
    all.filter(({ artifact }) => isOurs(artifact)).map((one) => [placeOf(one.artifact), one]),
  );
  const aws = await context.aws(environment);
  const items = await pMap(
    byPlace,
    async ([place, { artifact, made }]): Promise<readonly ArtifactItem[]> => {
      const why = needs.get(place);
      const shown = { kind: 'artifacts' as const, id: place, name: place, made, bytes: artifact.sizeBytes };
      if (why !== undefined) return [{ artifact, item: { ...shown, goes: false, why } }];
      if ((await headObject(aws, artifact, context.signal)) === undefined) return [];
      const item = { ...shown, goes: true, why: 'no environment runs it or may return to it' };
      return [{ artifact, item }];
    },
    { concurrency: 8 },
  );
  return items.flat();
}

const artifactsOf = ({ artifacts }: ReleaseRecord): readonly ReleaseArtifact[] =>
  Object.values(artifacts ?? {});
const placeOf = ({ bucket, key }: ReleaseArtifact) => `s3://${bucket}/${key}`;
