import semver from 'semver';
import { type Change, lastingChanges } from './commits.js';

/** What a version is made from. */
export interface VersionInput {
  /** Tags that HEAD can reach. */
  readonly tags: readonly { readonly name: string; readonly commit: string }[];
  /** Full hash of HEAD. */
  readonly commit: string;
  /** Changes since `highestTag`, or all of them where there is none. */
  readonly changes: readonly Change[];
  readonly dirty: boolean;
  /** Digest of the inputs, `sha256:…`: tells one dirty tree from the next. */
  readonly inputs: string;
}

/** The version before anything was ever tagged. */
export const FIRST_VERSION = '0.1.0';
/** Hexadecimal digits that name a commit inside a version or a tag. */
export const SHORT = 8;

export interface VersionTag {
  /** As git has it: `v1.2.3`, `shop/v1.2.3`. */
  readonly name: string;
  readonly version: string;
  readonly commit: string;
}

/**
 * The releases among the tags, the highest first: `v1.2.3` (or `1.2.3`) behind the prefix; pre-releases and other tags do
 * not count. Among tags of the same version, that of `commit` goes first.
 * @param prefix what tells the tags of one application of a repository from those of another: `shop/`
 */
export function versionTags(
  tags: readonly { readonly name: string; readonly commit: string }[],
  prefix = '',
  commit?: string,
): readonly VersionTag[] {
  const releases = tags.flatMap(({ name, commit: tagged }) => {
    if (!name.startsWith(prefix)) return [];
    const rest = name.slice(prefix.length);
    const version = semver.valid(rest.replace(/^v/, ''));
    const release = version !== null && /^v?\d/.test(rest) && semver.prerelease(version) === null;
    return release ? [{ name, version, commit: tagged }] : [];
  });
  const here = (tag: VersionTag) => (tag.commit === commit ? 1 : 0);
  return releases.sort((a, b) => semver.rcompare(a.version, b.version) || here(b) - here(a));
}

/** The first of them. */
export function highestTag(
  tags: readonly { readonly name: string; readonly commit: string }[],
  commit?: string,
  prefix = '',
): VersionTag | undefined {
  return versionTags(tags, prefix, commit)[0];
}

/** The name of a version's tag. */
export const tagName = (prefix: string, version: string): string => `${prefix}v${version}`;

/**
 * The next release: a breaking change raises major, a feature minor, anything else patch. Below 1.0.0 nothing is
 * promised yet (https://semver.org, 4), so a breaking change raises minor there.
 *
 * @param last version of the highest tag; undefined where nothing was tagged yet
 */
export function nextVersion(last: string | undefined, changes: readonly Change[]): string {
  if (last === undefined) return FIRST_VERSION;
  const lasting = lastingChanges(changes);
  const breaking = lasting.some((change) => change.breaking !== undefined);
  const feature = lasting.some((change) => change.type === 'feat');
  const level = breaking ? (semver.major(last) === 0 ? 'minor' : 'major') : feature ? 'minor' : 'patch';
  return semver.inc(last, level) as string;
}

/**
 * The version of what is checked out, usable as a Docker tag (no `+`):
 * `1.3.0` exactly on a clean tag, else `NEXT-COUNT.gCOMMIT`, a pre-release of what comes next, and for a dirty
 * tree `NEXT-COUNT.gCOMMIT.dirty-INPUTS`, so that two different dirty trees never share a version.
 */
export function versionOf(input: VersionInput): string {
  const tag = highestTag(input.tags, input.commit);
  if (tag !== undefined && tag.commit === input.commit && !input.dirty) return tag.version;
  const next = nextVersion(tag?.version, input.changes);
  const version = `${next}-${input.changes.length}.g${input.commit.slice(0, SHORT)}`;
  return input.dirty ? `${version}.dirty-${input.inputs.replace(/^sha256:/, '').slice(0, SHORT)}` : version;
}

/** Whether a version was released: no pre-release part. */
export function isRelease(version: string): boolean {
  return semver.valid(version) !== null && semver.prerelease(version) === null;
}

/** The `attempt`-th build of the same commit with other bytes (attempt 2, 3 …): a base image moved, say. */
export function rebuiltVersion(version: string, attempt: number): string {
  return `${version}.r${attempt}`;
}
