import { globMatcher } from '../../../domain/globs.js';
import type { RegistryImage } from '../../../domain/machineImage.js';
import type { KeepRule, PruneItem } from '../../../domain/retention.js';
import { formatDays } from './words.js';

/** What is known of one repository, when it is decided what goes. */
export interface RepositoryFacts {
  readonly repository: string;
  readonly images: readonly RegistryImage[];
  /** Digests of the manifests that an index names, by the digest of the index. */
  readonly children: ReadonlyMap<string, readonly string[]>;
  /** Digests that must stay, with why: those of needed releases, and those that something in AWS runs. */
  readonly needed: ReadonlyMap<string, string>;
  /** Digests that builds of this application made: nothing else is ever deleted. */
  readonly made: ReadonlySet<string>;
  /** Tags that builds of this application gave, by digest: who gave another one uses the image too. */
  readonly tagsGiven: ReadonlyMap<string, ReadonlySet<string>>;
  /** Digests that any known ledger names, also those that it did not make. */
  readonly known: ReadonlySet<string>;
  /** Whether the configuration says who else uses the repository. */
  readonly usersAreNamed: boolean;
}

export interface CacheRule {
  readonly tags: readonly string[];
  readonly forMs: number;
}

/** Media type that BuildKit gives to caches: https://github.com/moby/buildkit (`cacheconfig`). */
const CACHE_TYPE = 'application/vnd.buildkit.cacheconfig.v0';
/** Tags by which tools attach signatures and documents to an image, where its registry had no referrers. */
const ATTACHED = /^sha256-([0-9a-f]{64})(?:\.[a-z.]+)?$/;

/**
 * What becomes of each image of a repository. Only what a build of this application made goes, with what is attached to it
 * and the manifests that only it names; and caches by their own age.
 * @param nowMs epoch milliseconds
 */
export function imageVerdicts(
  facts: RepositoryFacts,
  rule: KeepRule,
  cache: CacheRule,
  nowMs: number,
): readonly PruneItem[] {
  const { images, children, needed, made, known, tagsGiven, usersAreNamed } = facts;
  const byDigest = new Map(images.map((image) => [image.digest, image]));
  const parents = new Map<string, string[]>();
  for (const [index, manifests] of children)
    for (const digest of manifests) parents.set(digest, [...(parents.get(digest) ?? []), index]);
  const isCache = cacheOf(cache);
  const foreign = images.filter(
    (image) =>
      !known.has(image.digest) &&
      !parents.has(image.digest) &&
      subjectOf(image) === undefined &&
      !isCache(image),
  );
  const settled = new Map<string, Verdict>();
  const verdict = (digest: string): Verdict => {
    const before = settled.get(digest);
    if (before !== undefined) return before;
    // Nothing goes on account of itself, whatever a damaged index says.
    settled.set(digest, stays('it is part of itself'));
    const result = decide(digest);
    settled.set(digest, result);
    return result;
  };
  const decide = (digest: string): Verdict => {
    const image = byDigest.get(digest);
    const reason = needed.get(digest);
    if (reason !== undefined) return stays(reason);
    if (image === undefined) return stays('it is not in the repository');
    const of = parents.get(digest) ?? [];
    const keptBy = of.find((index) => !verdict(index).goes);
    if (keptBy !== undefined) return stays(`${nameOf(byDigest.get(keptBy))} is made of it`);
    if (isCache(image)) return byAge(image.pushed, cache.forMs, nowMs, 'a cache');
    const subject = subjectOf(image);
    if (subject !== undefined) return ofSubject(subject);
    if (of.length > 0) return goes('its index goes');
    if (!made.has(digest)) return stays('no build of this application made it');
    const strange = image.tags.find((tag) => tagsGiven.get(digest)?.has(tag) !== true);
    if (strange !== undefined) return stays(`somebody else gave it the tag ${strange}`);
    if (isWithin(image.pushed, rule.forMs, nowMs)) return stays(`pushed within ${formatDays(rule.forMs)}`);
    if (image.pulled !== undefined && isWithin(image.pulled, rule.forMs, nowMs))
      return stays(`pulled within ${formatDays(rule.forMs)}`);
    if (foreign.length > 0 && !usersAreNamed) {
      const [first] = foreign;
      return stays(
        `somebody else uses ${facts.repository} (${nameOf(first)}): name who in retention.shared-with`,
      );
    }
    return goes('no environment runs it or may return to it');
  };
  const ofSubject = (subject: string): Verdict => {
    if (needed.has(subject) || byDigest.has(subject)) {
      const { goes: isGone } = verdict(subject);
      return isGone ? goes('what it is attached to goes') : stays('what it is attached to stays');
    }
    return made.has(subject)
      ? goes('what it was attached to is gone')
      : stays('what it is attached to is not of this application');
  };
  return images.map((image) => ({
    kind: 'images' as const,
    id: image.digest,
    name: nameOf(image),
    ...verdict(image.digest),
    ...(image.pushed === undefined ? {} : { made: image.pushed }),
    ...(image.bytes === undefined ? {} : { bytes: image.bytes }),
  }));
}

interface Verdict {
  readonly goes: boolean;
  readonly why: string;
}
const goes = (why: string): Verdict => ({ goes: true, why });
const stays = (why: string): Verdict => ({ goes: false, why });

/** What is of no known age is young. */
const isWithin = (iso: string | undefined, ms: number, nowMs: number): boolean =>
  iso === undefined || !(Date.parse(iso) <= nowMs - ms);

function byAge(iso: string | undefined, ms: number, nowMs: number, what: string): Verdict {
  return isWithin(iso, ms, nowMs)
    ? stays(`${what}, younger than ${formatDays(ms)}`)
    : goes(`${what}, older than ${formatDays(ms)}`);
}

/** A cache says what it is, or has only tags that the configuration calls so. */
function cacheOf({ tags }: CacheRule): (image: RegistryImage) => boolean {
  const matches = globMatcher(tags);
  return (image) =>
    image.artifactType === CACHE_TYPE || (image.tags.length > 0 && image.tags.every((tag) => matches(tag)));
}

/** Digest of what an image is attached to: a signature, a list of parts, an attestation. */
export function subjectOf(image: RegistryImage): string | undefined {
  if (image.subject !== undefined) return image.subject;
  const [first, ...others] = image.tags.map((tag) => ATTACHED.exec(tag)?.[1]);
  return first === undefined || others.some((one) => one !== first) ? undefined : `sha256:${first}`;
}

const nameOf = (image: RegistryImage | undefined): string =>
  image === undefined
    ? 'an image'
    : `${image.repository}${image.tags.length === 0 ? `@${image.digest.slice(0, 19)}` : `:${image.tags[0]}`}`;
