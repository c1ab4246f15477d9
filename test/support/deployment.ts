import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Context, Kinds } from '../../runner/src/context/context.js';
import { createContext } from '../../runner/src/container.js';
import type { StackEvent } from '../../runner/src/events/events.js';

/** A deployment in a directory of its own, with a context on the real world and every event it emitted. */
export interface Deployment {
  readonly directory: string;
  readonly context: Context;
  readonly events: StackEvent[];
  /** Aborts as SIGINT would. */
  interrupt(reason: Error): void;
  write(files: Readonly<Record<string, string>>): void;
  /** A second process in the same directory. */
  again(env?: Readonly<Record<string, string>>): Promise<Deployment>;
  remove(): void;
}

/**
 * @param files by path relative to the directory; `automation-stack.yml` among them
 * @param env added to this process's environment
 * @param kinds of targets and channels; those of the runner where left out
 */
export async function deployment(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>> = {},
  kinds?: Kinds,
): Promise<Deployment> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'automation-stack-test-')));
  write(directory, files);
  return openDeployment(directory, env, kinds);
}

/** The same of a directory that is there already. */
export async function openDeployment(
  directory: string,
  env: Readonly<Record<string, string | undefined>> = {},
  kinds?: Kinds,
): Promise<Deployment> {
  const abort = new AbortController();
  const context = createContext({
    options: {
      directory,
      configFile: 'automation-stack.yml',
      environment: undefined,
      json: false,
      resultFile: undefined,
      errorFile: undefined,
      dryRun: false,
      verbose: false,
      color: false,
    },
    env: { ...process.env, ...env },
    signal: abort.signal,
    ...(kinds === undefined ? {} : { kinds }),
  });
  const events: StackEvent[] = [];
  context.events.subscribe({ handle: (event) => void events.push(event) });
  return {
    directory,
    context,
    events,
    interrupt: (reason) => abort.abort(reason),
    write: (files) => write(directory, files),
    again: (more = {}) => openDeployment(directory, { ...env, ...more }, kinds),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function write(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
