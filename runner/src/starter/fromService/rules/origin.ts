import type { RunningImage } from './livingService.js';

/** What is known of the sources of the image that runs. */
export type Origin =
  /** The commit that is checked out: its tag says so, or nothing tells otherwise. */
  | { readonly from: 'here'; readonly isProven: boolean }
  /** Another commit. */
  | { readonly from: 'elsewhere'; readonly commit: string; readonly tag?: string };

const COMMIT = /^[0-9a-f]{7,40}$/;

/** Names of git that an image's tag may stand for: a commit, or a tag of a version. */
export function originNames({ tag }: RunningImage): readonly string[] {
  if (tag === undefined || tag === 'latest') return [];
  return [
    ...(COMMIT.test(tag) ? [`${tag}^{commit}`] : []),
    `refs/tags/${tag}^{commit}`,
    `refs/tags/v${tag}^{commit}`,
  ];
}

/**
 * @param head the commit that is checked out
 * @param named the first of `originNames` that git knows, with its commit
 */
export function originOf(
  head: string,
  named: { readonly name: string; readonly commit: string } | undefined,
): Origin {
  if (named === undefined || named.commit === head) return { from: 'here', isProven: named !== undefined };
  const [, tag] = /^refs\/tags\/(.+)\^\{commit\}$/.exec(named.name) ?? [];
  return { from: 'elsewhere', commit: named.commit, ...(tag === undefined ? {} : { tag }) };
}
