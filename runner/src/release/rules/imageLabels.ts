/** What the tree tells of an image that is built of it. */
export interface TreeFacts {
  /** URL of the remote, as git has it. */
  readonly remote: string | undefined;
  readonly commit: string;
  /** Undefined where nobody can say it: the remote with the tags does not answer. */
  readonly version: string | undefined;
  /** Time of the commit, ISO 8601. */
  readonly committedAt: string | undefined;
  /** What is not in the commit must not be told as if it were. */
  readonly dirty: boolean;
}

const OCI = 'org.opencontainers.image';

/**
 * The labels that say where an image comes from. Everything in them is a fact of the commit, so that two builds of one
 * commit have the same.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.0/annotations.md
 * @param own those of the configuration, which win; an empty value leaves a label out
 */
export function imageLabels(
  facts: TreeFacts | undefined,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const all = { ...standardLabels(facts), ...own };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

function standardLabels(facts: TreeFacts | undefined): Readonly<Record<string, string>> {
  if (facts === undefined) return {};
  const { commit, version = '', committedAt = '', dirty } = facts;
  const source = { [`${OCI}.source`]: sourceUrl(facts.remote) ?? '' };
  if (dirty) return source;
  return {
    ...source,
    [`${OCI}.revision`]: commit,
    [`${OCI}.version`]: version,
    [`${OCI}.created`]: committedAt,
  };
}

/**
 * The address of a remote for people, without the credentials that it may hold; undefined where it is no address that others
 * can open.
 */
export function sourceUrl(remote: string | undefined): string | undefined {
  const scp = /^(?:[^@/\s]+@)?([\w.-]+\.[\w-]+):(?!\/\/)\/*(.+)$/.exec(remote ?? '');
  if (scp !== null) return `https://${scp[1]}/${withoutSuffix(scp[2] as string)}`;
  if (!/^(?:https?|ssh|git):\/\//.test(remote ?? '')) return undefined;
  const { protocol, hostname, host, pathname } = new URL(remote as string);
  const path = withoutSuffix(pathname.slice(1));
  // A port of SSH is none of the pages.
  return /^https?:$/.test(protocol) ? `${protocol}//${host}/${path}` : `https://${hostname}/${path}`;
}

const withoutSuffix = (path: string): string => path.replace(/\/+$/, '').replace(/\.git$/, '');
