import { SHORT } from './semanticVersion.js';

/** Longest tag a registry takes (https://github.com/opencontainers/distribution-spec, `<reference>`). */
const LONGEST_TAG = 128;

/**
 * Any text as a registry tag: what is not allowed becomes a dash.
 * @returns undefined where nothing is left
 */
export function tagOf(text: string): string | undefined {
  const tag = text.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[.-]+/, '');
  return tag === '' ? undefined : tag.slice(0, LONGEST_TAG);
}

/**
 * The tags of an image in the registry: the version, the full commit, and `BRANCH-COMMIT`. Tags are immutable, so
 * there is none that moves with a branch: `BRANCH-COMMIT` sorts the branch's images together and each stays what it
 * was. A dirty tree gets its version only, because it is not what the commit says.
 */
export function imageTags(release: {
  readonly version: string;
  readonly commit: string;
  readonly branch: string;
  readonly dirty: boolean;
}): readonly string[] {
  const version = tagOf(release.version) as string;
  if (release.dirty) return [version];
  const suffix = `-${release.commit.slice(0, SHORT)}`;
  const branch = release.branch === 'HEAD' ? undefined : tagOf(release.branch);
  const branchTag = branch === undefined ? [] : [`${branch.slice(0, LONGEST_TAG - suffix.length)}${suffix}`];
  return [...new Set([version, release.commit, ...branchTag])];
}
