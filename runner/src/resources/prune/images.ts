import { childrenOf, isIndex } from '../../adapters/aws/imageRemoval.js';
import { listRegistryImages } from '../../adapters/aws/images.js';
import type { PruneItem } from '../../domain/retention.js';
import type { ReleaseRecord } from '../../domain/records.js';
import { registryName } from '../../release/imageRegistry.js';
import type { KnownBuild } from '../../state/builds.js';
import type { AwsUse } from './inUse.js';
import type { Looking } from './looking.js';
import { imageVerdicts, type RepositoryFacts } from './rules/imageVerdicts.js';
import { holdersOf, type Holders } from './rules/holders.js';
import { wholeReleases } from './rules/wholeReleases.js';

/** The images of one repository, and which of them are indexes: those go first. */
export interface RepositoryItems {
  readonly repository: string;
  readonly items: readonly PruneItem[];
  readonly indexes: ReadonlySet<string>;
  /** What an image is a part of or attached to, by digest: it never goes before them. */
  readonly holders: Holders;
  /** Tags when it was looked at, by digest. */
  readonly tags: ReadonlyMap<string, readonly string[]>;
}

export interface ImagesLook {
  readonly repositories: readonly RepositoryItems[];
  readonly builds: readonly KnownBuild[];
}

/** Looks at the repositories of the configuration in the registry of an environment. */
export async function lookAtImages(looking: Looking, use: AwsUse): Promise<ImagesLook> {
  const { context, environment, ledger, others, needed, rule, nowMs } = looking;
  const { images, retention } = await context.config();
  const aws = await context.aws(environment);
  const registry = await registryName(context, environment);
  const builds = (
    await Promise.all(
      Object.keys(images).map((name) => looking.state.ledger.builds.all(`${name}@${registry}`)),
    )
  ).flat();
  const names = await Promise.all(
    Object.values(images).map(({ repository }) => context.resolve(repository, environment)),
  );
  const own = [...ledger.releases, ...ledger.retired.map(({ release }) => release)];
  const made = new Map<string, Set<string>>();
  const give = (digest: string, tags: readonly string[]) =>
    made.set(digest, new Set([...(made.get(digest) ?? []), ...tags]));
  for (const { images: of, adopted } of own)
    if (adopted !== true) for (const { digest, tags } of Object.values(of)) give(digest, tags);
  for (const { digest, tags } of builds) give(digest, tags);
  const foreign = others.flatMap(({ application, releases }) =>
    releases.flatMap((release) =>
      digestsOf(release).map((digest) => [digest, `${application} has it`] as const),
    ),
  );
  const needs = new Map<string, string>(foreign);
  for (const release of ledger.releases) {
    const why = needed.get(release.version);
    if (why === undefined) continue;
    for (const digest of digestsOf(release)) needs.set(digest, `${release.version}: ${why}`);
  }
  for (const [digest, who] of use.digests) if (!needs.has(digest)) needs.set(digest, who);
  const known = new Set([...made.keys(), ...foreign.map(([digest]) => digest), ...own.flatMap(digestsOf)]);
  const facts: (RepositoryFacts & { readonly indexes: ReadonlySet<string> })[] = [];
  for (const repository of new Set(names)) {
    const found = await listRegistryImages(aws, repository, context.signal);
    const indexes = found.filter(({ mediaType }) => isIndex(mediaType)).map(({ digest }) => digest);
    const byTag = found.flatMap(({ digest, tags }) =>
      tags.flatMap((tag) => {
        const who = use.tags.get(`${repository}:${tag}`);
        return who === undefined ? [] : [[digest, who] as const];
      }),
    );
    facts.push({
      repository,
      images: found,
      children: await childrenOf(aws, repository, indexes, context.signal),
      indexes: new Set(indexes),
      needed: new Map([...byTag, ...needs]),
      made: new Set(made.keys()),
      tagsGiven: made,
      known,
      usersAreNamed: retention['shared-with'] !== undefined,
    });
  }
  const cache = { tags: retention.caches.tags, forMs: retention.caches.for };
  const decided = wholeReleases(ledger.releases, needed, facts, (one) =>
    imageVerdicts(one, rule, cache, nowMs),
  );
  const repositories = facts.map(({ repository, images: found, indexes, children }, index) => ({
    repository,
    items: decided[index] ?? [],
    indexes,
    holders: holdersOf(found, children),
    tags: new Map(found.map((one) => [one.digest, one.tags])),
  }));
  const staying = new Set(
    repositories.flatMap(({ items }) => items.filter(({ goes }) => !goes).map(({ id }) => id)),
  );
  return { repositories, builds: builds.filter(({ digest }) => !staying.has(digest)) };
}

const digestsOf = ({ images }: ReleaseRecord): readonly string[] =>
  Object.values(images).map(({ digest }) => digest);
