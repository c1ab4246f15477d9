import { relative, resolve } from 'node:path';
import type { Context } from '../context/context.js';
import { DEFAULT_PROGRAM } from '../base/calledAs.js';
import { shellQuote } from '../base/shell.js';
import { runnerDirectory } from '../local/settings.js';

/** How commands are typed from where the user is: the runner as it was called, `-C` and `--config` kept. */
export interface Typed {
  /** A command of the runner, ready to be typed. */
  runner(words: readonly string[]): string;
  /** A command of git in the project. */
  git(words: readonly string[]): string;
}

export function typedFrom({ options, call }: Context): Typed {
  const { directory, configFile, cwd = directory } = options;
  const shorter = (path: string) => {
    const near = relative(cwd, path) || '.';
    return near.length < path.length ? near : path;
  };
  const runner = runnerDirectory();
  const isReached = call.program !== DEFAULT_PROGRAM || resolve(cwd, 'runner') === runner;
  const program = isReached ? call.program : `node ${shellQuote(shorter(runner))}`;
  const place = directory === cwd ? [] : ['-C', shorter(directory)];
  const config = configFile === 'automation-stack.yml' ? [] : ['--config', configFile];
  const line = (words: readonly string[]) => words.map(shellQuote).join(' ');
  return {
    runner: (words) => `${program} ${line([...words, ...place, ...config])}`,
    git: (words) => line(['git', ...place, ...words]),
  };
}
