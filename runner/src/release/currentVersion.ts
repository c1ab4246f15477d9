import type { Context } from '../context/context.js';
import { readHistory } from './commitHistory.js';
import { versionOf } from './rules/semanticVersion.js';
import { treeContent } from './treeContent.js';

/** The version of what is checked out, by tags and conventional commits. */
export async function currentVersion(context: Context): Promise<string> {
  const [{ tree, inputs }, { last, changes }] = await Promise.all([
    treeContent(context),
    readHistory(context),
  ]);
  return versionOf({
    tags: last === undefined ? [] : [last],
    commit: tree.commit,
    changes,
    dirty: tree.dirty,
    inputs,
  });
}
