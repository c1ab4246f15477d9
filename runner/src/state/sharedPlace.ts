import { createHash } from 'node:crypto';
import { isAbsolute, join, relative } from 'node:path';
import { homeDirectory } from '../adapters/process/user.js';
import type { EventBus } from '../events/events.js';
import type { Config } from '../config/schema.js';
import { StackError } from '../base/errors.js';

type Env = Readonly<Record<string, string | undefined>>;

/** What `state.location` is where the configuration says nothing. */
export const DEFAULT_LOCATION = '.automation-stack';

/** True below Jenkins, where a workspace belongs to one job and branch, and may be gone with the next build. */
const isBuild = (env: Env): boolean => Boolean(env['JENKINS_URL'] || env['BUILD_TAG']);

/**
 * Where the ledger is. A configuration that does not say gets, below Jenkins, a directory that all jobs of the application
 * on this agent find: each branch and job has a workspace of its own (with `@2` beside it), and a ledger there knows
 * nothing of what the others have released.
 * @param remote finds what is the same in all workspaces: the remote's address; without one the directory has to do
 */
export async function ledgerLocation(
  config: Pick<Config, 'application' | 'state' | 'jenkins' | 'directory'>,
  env: Env,
  remote: () => Promise<string | undefined>,
): Promise<string> {
  const { location } = config.state;
  const { agent } = config.jenkins;
  // In a container of each build's own, the home is as short-lived as the workspace: that is refused when it is used.
  const isLasting = agent?.image === undefined && agent?.['pod-template'] === undefined;
  if (location !== DEFAULT_LOCATION || !isBuild(env) || !isLasting) return location;
  const home = env['AUTOMATION_STACK_HOME'] || join(homeDirectory(env), '.automation-stack');
  const repository = await remote().catch(() => undefined);
  const id = createHash('sha256')
    .update(repository ?? config.directory)
    .digest('hex');
  return join(home, 'ledgers', `${config.application}-${id.slice(0, 12)}`);
}

/**
 * Tells, once in a build, where its ledger is when the configuration did not say.
 * @throws StackError CONFIG_INVALID where it is in the workspace
 */
export function sayLedger(
  location: string,
  { env, events }: { readonly env: Env; readonly events: EventBus },
): void {
  requireSharedPlace(location, 'state.location', env);
  if (!isBuild(env) || !/\/ledgers\/[^/]+-[0-9a-f]{12}$/.test(location)) return;
  const message = `the release ledger is ${location}, which only this agent has`;
  const next = `For other agents and laptops: ${example('state.location')} (docs/state.md).`;
  events.emit({ type: 'notice', level: 'info', message, next });
}

/**
 * Refuses a directory in the workspace of a build as the place of what outlives it; so do its locks hold nobody back.
 * @param setting the key of the configuration that names the place
 * @throws StackError CONFIG_INVALID
 */
export function requireSharedPlace(location: string, setting: string, env: Env): void {
  if (!isBuild(env) || location.includes('://')) return;
  const workspace = env['WORKSPACE'];
  const isInside = workspace !== undefined && isAbsolute(location) && isBelow(workspace, location);
  if (isAbsolute(location) && !isInside) return;
  throw new StackError(
    'CONFIG_INVALID',
    `${setting} is a directory of this workspace (${location}): on Jenkins each branch and job has its own workspace, and none sees the records of the others`,
    {
      where: setting,
      next:
        `Add to automation-stack.yml: ${example(setting)} — any bucket that all agents and laptops can reach (docs/state.md has its policy). ` +
        `If one permanent agent does all the work, a directory on it is enough: ${example(setting, '/var/lib/automation-stack')}`,
    },
  );
}

function example(setting: string, location = 's3://BUCKET/delivery'): string {
  return setting === 'state.location' ? `state: { location: ${location} }` : `${setting}: ${location}`;
}

function isBelow(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}
