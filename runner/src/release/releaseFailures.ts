import { StackError } from '../base/errors.js';
import { reportUncommitted } from './treeContent.js';

/** Why a release cannot be made, and what to type. */

/** Cause of a failure after which what was written stays. */
export const KEPT = 'kept';

export function dirtyTree(uncommitted: readonly string[]): StackError {
  return new StackError(
    'RELEASE_DIRTY',
    'the working tree has uncommitted changes: a release contains only what was committed',
    {
      evidence: reportUncommitted(uncommitted),
      next: 'Commit or stash them (git status), or exclude them from images by .dockerignore.',
    },
  );
}

export function tagTaken(name: string, commit: string, where: string): StackError {
  return new StackError(
    'GIT_FAILED',
    `the tag ${name} ${where} points to ${commit.slice(0, 8)} already, which HEAD does not contain`,
    {
      where: name,
      next: `Merge that commit, so that the next version counts from it; or, if the tag was created by mistake: git tag -d ${name}`,
    },
  );
}

export function shallowClone(): StackError {
  return new StackError(
    'GIT_FAILED',
    'this clone is shallow: commits since the last version may be missing, so the next one cannot be told',
    {
      next: 'git fetch --unshallow --tags origin (Jenkins: "Advanced clone behaviours" with "Fetch tags" and without "Shallow clone"; GitHub Actions: fetch-depth: 0)',
    },
  );
}

export function noBranch(name: string): StackError {
  return new StackError('GIT_FAILED', 'HEAD is on no branch, so there is no branch to push to', {
    where: name,
    next: 'git switch BRANCH, or set BRANCH_NAME; then release again.',
  });
}

export function noOrigin(): StackError {
  return new StackError('GIT_FAILED', 'there is no remote called origin to push to', {
    next: 'git remote add origin URL',
  });
}

export function behindRemote(branch: string): StackError {
  return new StackError('GIT_FAILED', `${branch} of origin has commits that this clone does not have`, {
    where: branch,
    next: 'git pull --rebase, then try again.',
  });
}

export function notRemoved(name: string, before: string, error: unknown, failed: unknown): StackError {
  const words = (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown));
  return new StackError('GIT_FAILED', `${words(error)}; and the changes could not be undone`, {
    evidence: [words(failed)],
    next: `git tag -d ${name}; git reset --keep ${before.slice(0, 12)}`,
    cause: error,
  });
}

export function unknownOutcome(name: string, error: StackError): StackError {
  return new StackError(
    'GIT_FAILED',
    `it is unknown whether the push arrived, so ${name} is kept here: ${error.message}`,
    { evidence: error.evidence, next: 'When origin answers: node runner release --push', cause: KEPT },
  );
}

export function notPushed(name: string, commit: string): StackError {
  return new StackError(
    'GIT_FAILED',
    `the tag ${name} of this clone, on ${commit.slice(0, 8)}, is not in origin, and no release made it`,
    { where: name, next: `Where it is right: git push origin ${name}. Where it is not: git tag -d ${name}` },
  );
}
