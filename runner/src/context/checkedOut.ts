import type { ContextWith } from './context.js';

/**
 * The commit whose files are worked with, as a field of a record: absent where they are in no repository, or not all
 * committed, since then no commit says what they were.
 */
export async function checkedOut(context: ContextWith<'git'>): Promise<{ readonly checkedOut?: string }> {
  const commit = await cleanCommit(context);
  return commit === undefined ? {} : { checkedOut: commit };
}

/** The commit that is checked out; undefined where the tree holds anything else. */
export async function cleanCommit(context: ContextWith<'git'>): Promise<string | undefined> {
  const tree = await context.git.workingTree().catch(() => undefined);
  return tree === undefined || tree.dirty ? undefined : tree.commit;
}
