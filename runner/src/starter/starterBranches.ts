import type { ContextWith } from '../context/context.js';
import type { BranchFacts } from './rules/branchLines.js';
import { gitBranches, gitHeadName, gitRemoteDefault } from '../adapters/git/gitArguments.js';

/** What git knows of the branches of a directory; every answer may be missing. */
export async function readBranches(context: ContextWith<'options' | 'processes'>): Promise<BranchFacts> {
  const { directory } = context.options;
  const lines = async (invocation: ReturnType<typeof gitBranches>) => {
    const result = await context.processes.run(invocation, { captureStdout: true }).catch(() => undefined);
    return result?.exitCode !== 0 ? undefined : result.stdout.split('\n').filter((line) => line !== '');
  };
  const [head, known, remote] = await Promise.all([
    lines(gitHeadName(directory)),
    lines(gitBranches(directory)),
    lines(gitRemoteDefault(directory)),
  ]);
  const current = head?.[0];
  const remoteDefault = remote?.[0]?.replace(/^origin\//, '');
  const names = (known ?? [])
    .map((name) => name.replace(/^refs\/heads\/|^refs\/remotes\/origin\//, ''))
    .filter((name) => name !== 'HEAD');
  return {
    // A detached head names no branch; a directory outside of any repository lists none.
    isRepository: known !== undefined,
    hasCommit: names.length > 0,
    known: [...new Set(names)],
    ...(current === undefined ? {} : { current }),
    ...(remoteDefault === undefined || remoteDefault === '' ? {} : { remoteDefault }),
  };
}
