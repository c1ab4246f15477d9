/** What is known of a revision of a task definition. */
export interface RevisionFacts {
  /** Who uses it, where ECS says that somebody does. */
  readonly usedBy: string | undefined;
  /** Whether it is one of the newest of its family. */
  readonly isNewest: boolean;
  readonly keep: number;
  /** What journals and recent deployments say, by environment. */
  readonly written: readonly { readonly name: string; readonly text: string }[];
  /** Digests of releases that nothing needs. */
  readonly gone: ReadonlySet<string>;
  /** Digests that stay, with why. */
  readonly staying: ReadonlyMap<string, string>;
  /** Asked only where nothing else keeps it. */
  readonly images: () => Promise<readonly { readonly digest?: string }[]>;
}

/** `shop-web:12` of its ARN. */
export const shortName = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** A revision goes where a deploy registered it for a release that is gone; what Terraform registered never has one. */
export async function definitionVerdict(
  arn: string,
  facts: RevisionFacts,
): Promise<{ readonly goes: boolean; readonly why: string }> {
  const stays = (why: string) => ({ goes: false, why });
  if (facts.usedBy !== undefined) return stays(`${facts.usedBy} uses it`);
  if (facts.isNewest) return stays(`one of the ${facts.keep} newest of its family`);
  const where = facts.written.find(({ text }) => mentions(text, shortName(arn)));
  if (where !== undefined) return stays(`a deployment to ${where.name} names it`);
  const digests = (await facts.images()).flatMap(({ digest }) => digest ?? []);
  const kept = digests.flatMap((digest) => facts.staying.get(digest) ?? [])[0];
  if (kept !== undefined) return stays(kept);
  return digests.some((digest) => facts.gone.has(digest))
    ? { goes: true, why: 'its release is gone' }
    : stays('no release of this application is in it');
}

/** Whether a text names a revision: `shop-web:1` is not named by `shop-web:12`, nor by `my-shop-web:1`. */
export function mentions(text: string, revision: string): boolean {
  for (let at = text.indexOf(revision); at !== -1; at = text.indexOf(revision, at + 1)) {
    const before = text[at - 1] ?? '';
    const after = text[at + revision.length] ?? '';
    if (!/[\w-]/.test(before) && !/\d/.test(after)) return true;
  }
  return false;
}
