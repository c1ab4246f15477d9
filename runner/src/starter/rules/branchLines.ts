import { listed, type Note } from './project.js';

/** What git knows of branches; all of it may be missing. */
export interface BranchFacts {
  /** False where there is no repository. */
  readonly isRepository: boolean;
  /** False where nothing was committed yet. */
  readonly hasCommit: boolean;
  /** The one that is checked out, also before its first commit. */
  readonly current?: string;
  /** The default of `origin`. */
  readonly remoteDefault?: string;
  /** Local ones and those of `origin`. */
  readonly known: readonly string[];
}

const STAGING = ['develop', 'development', 'dev', 'staging', 'next'];
const PRODUCTION = ['main', 'master', 'trunk', 'production', 'prod'];

/**
 * Which branch leads where: a branch for development goes to staging, the main one to production, by way of staging
 * and an approval. Only branches that are there are named, if there is one.
 */
export function starterBranches(facts: BranchFacts, note: Note): Readonly<Record<string, string>> {
  const { known, current, remoteDefault, isRepository } = facts;
  const is = (name: string) => known.includes(name) || name === current;
  const staging = STAGING.find((name) => name === remoteDefault) ?? STAGING.find(is);
  const isFree = (name: string | undefined) => name !== undefined && name !== staging;
  const production =
    [remoteDefault, ...PRODUCTION.filter(is)].find(isFree) ??
    (staging === undefined && known.every((name) => name === current) ? current : undefined);
  if (!isRepository) {
    note(
      'there is no git repository: the branches develop and main are a guess, and a release needs a commit',
    );
    return { develop: 'staging', main: 'production' };
  }
  if (staging !== undefined && production !== undefined)
    return { [staging]: 'staging', [production]: 'production' };
  if (staging !== undefined) {
    note(`no main branch was found beside ${staging}: main, which leads to production, is a guess`);
    return { [staging]: 'staging', main: 'production' };
  }
  const main = production ?? 'main';
  const others = known.filter((name) => name !== main);
  note(
    `${production === undefined ? 'no branch was found: main is a guess, and' : `no branch for development was found${others.length === 0 ? '' : ` (there are ${listed(others)})`}:`} ` +
      `${main} leads to staging first and, once somebody approved it, on to production`,
  );
  return { [main]: 'production' };
}
