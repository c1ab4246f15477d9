import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { homeDirectory } from '../adapters/process/user.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Where the runner keeps what it installs for a user. */
export interface ToolFolders {
  /** `AUTOMATION_STACK_HOME`, `~/.automation-stack` by default. */
  readonly home: string;
  readonly tools: string;
  /** Programs that `tools install` put there: links, each made when all behind it was whole. */
  readonly programs: string;
  /** Programs of the virtualenv that `local up` makes. */
  readonly localPrograms: string;
}

/** @param env only AUTOMATION_STACK_HOME and HOME matter */
export function toolFolders(env: Env): ToolFolders {
  const home = env['AUTOMATION_STACK_HOME'] || join(homeDirectory(env), '.automation-stack');
  const tools = join(home, 'tools');
  return { home, tools, programs: join(tools, 'bin'), localPrograms: join(tools, 'venv', 'bin') };
}

/**
 * The environment with the installed tools first on PATH, for all that the runner starts: who let the runner install a tool
 * had none, or one that was too old.
 */
export function withTools(env: Env): Env {
  const { programs } = toolFolders(env);
  const path = env['PATH'] ?? '';
  if (path.split(delimiter).includes(programs) || !existsSync(programs)) return env;
  return { ...env, PATH: [programs, path].filter((part) => part !== '').join(delimiter) };
}
