import { relative, resolve } from 'node:path';
import type { Context } from '../container.js';
import { shellQuote } from '../core/shell.js';
import { runnerDirectory } from '../local/settings.js';

/** How commands are typed from where the user is: the runner as it was called, `-C` and `--config` kept. */
export interface Typed {
  /** A command of the runner, ready to be typed. */
  runner(words: readonly string[]): string;
  /** A command of git in the project. */
  git(words: readonly string[]): string;
}

export function typedFrom({ options }: Context): Typed {
  const { directory, configFile, cwd = directory } = options;
  const shorter = (path: string) => {
    const near = relative(cwd, path) || '.';
    return near.length < path.length ? near : path;
  };
  const runner = runnerDirectory();
  const program = resolve(cwd, 'runner') === runner ? 'runner' : shorter(runner);
  const place = directory === cwd ? [] : ['-C', shorter(directory)];
  const config = configFile === 'automation-stack.yml' ? [] : ['--config', configFile];
  const line = (words: readonly string[]) => words.map(shellQuote).join(' ');
  return {
    runner: (words) => line(['node', program, ...words, ...place, ...config]),
    git: (words) => line(['git', ...place, ...words]),
  };
}
