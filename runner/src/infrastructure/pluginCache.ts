import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { withFileLock } from '../adapters/process/fileLock.js';
import type { Context, ContextWith } from '../context/context.js';
import { makeDirectories } from '../adapters/process/directories.js';
import { homeDirectory } from '../adapters/process/user.js';
import type { TerraformRoot } from './rules/terraformArguments.js';

/** Where Terraform keeps providers for all roots and environments, so that each is downloaded and unpacked once. */
export interface PluginCache {
  readonly directory: string;
  /** Set for Terraform by the runner; where the user has set one, Terraform knows it by itself. */
  readonly env: Readonly<Record<string, string>>;
}

const VARIABLE = 'TF_PLUGIN_CACHE_DIR';
const LOCK_FILE = '.init.lock';
/** A provider of some hundred MiB on a slow line, several times over. */
const LONGEST_WAIT_MS = 30 * 60_000;

const found = new WeakMap<object, PluginCache | undefined>();

/**
 * The provider cache of a root: what the environment's variables, the shell or Terraform's own settings name, else
 * one of this user's beside the runner's tools. Undefined where that cannot be made: then each root has its own copy.
 */
export function pluginCache(
  context: ContextWith<'env' | 'events'>,
  root: Pick<TerraformRoot, 'env'>,
): PluginCache | undefined {
  const own = root.env[VARIABLE];
  if (own !== undefined) return { directory: own, env: {} };
  if (!found.has(context)) found.set(context, locate(context));
  return found.get(context);
}

function locate(context: ContextWith<'env' | 'events'>): PluginCache | undefined {
  const { env } = context;
  const home = homeDirectory(env);
  const named = env[VARIABLE] ?? cacheInSettings(env, home);
  if (named !== undefined) return { directory: named, env: {} };
  const directory = join(
    env['AUTOMATION_STACK_HOME'] || join(home, '.automation-stack'),
    'terraform',
    'plugins',
  );
  try {
    makeDirectories(directory, 0o700);
    accessSync(directory, constants.W_OK);
    return { directory, env: { [VARIABLE]: directory } };
  } catch (error) {
    const message = `each Terraform root keeps its own providers: ${(error as Error).message}`;
    context.events.emit({ type: 'notice', level: 'info', message });
    return undefined;
  }
}

/** `plugin_cache_dir` of Terraform's CLI configuration; the first that is named counts. */
function cacheInSettings(env: Context['env'], home: string): string | undefined {
  const only = env['TF_CLI_CONFIG_FILE'];
  const folder = join(home, '.terraform.d');
  const files =
    only === undefined
      ? [join(home, '.terraformrc'), ...namesIn(folder).map((name) => join(folder, name))]
      : [only];
  for (const file of files) {
    const [, path] = /^\s*"?plugin_cache_dir"?\s*[=:]\s*"([^"]+)"/m.exec(textOf(file)) ?? [];
    if (path === undefined) continue;
    // Terraform takes variables in it, as the shell writes them.
    const known = { ...env, HOME: home };
    return resolve(path.replace(/\$\{?(\w+)\}?/g, (_, name: string) => known[name as 'HOME'] ?? ''));
  }
  return undefined;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.tfrc(\.json)?$/.test(name))
      .sort();
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Runs one `terraform init` while no other process of this machine runs one on the same cache: Terraform's cache is not
 * made for several at once. A lock that was left by a process that died is taken over at once.
 * @param onWait told once where another init is under way
 * @throws StackError LOCKED where the other one takes half an hour; the signal's reason
 */
export async function withCacheLock<T>(
  context: ContextWith<'signal'>,
  cache: PluginCache | undefined,
  init: () => Promise<T>,
  onWait: () => void,
): Promise<T> {
  if (cache === undefined || !isWritable(cache.directory)) return init();
  return withFileLock(join(cache.directory, LOCK_FILE), init, {
    pollMs: 50,
    giveUpAfterMs: LONGEST_WAIT_MS,
    signal: context.signal,
    onWait,
    busy: 'another process has been initialising a Terraform root for half an hour',
  });
}

/** A cache that only others may write to is only read: nothing is to be locked, and Terraform says what it lacks. */
function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
