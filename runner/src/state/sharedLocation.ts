import { createHash } from 'node:crypto';
import { isAbsolute, join, relative } from 'node:path';
import { homeDirectory } from '../adapters/process/user.js';
import type { EventBus } from '../events/events.js';
import type { Config } from '../config/schema.js';
import { StackError } from '../base/errors.js';

type Env = Readonly<Record<string, string | undefined>>;

/** The default of `state.location`. */
export const DEFAULT_LOCATION = '.automation-stack';

/** True in Jenkins, where a workspace belongs to one job and branch, and may be gone at the next build. */
const isBuild = (env: Env): boolean => Boolean(env['JENKINS_URL'] || env['BUILD_TAG']);

/**
 * Where the ledger is. In Jenkins, the default is a directory that all jobs of the application
 * on this agent share: each branch and job has its own workspace (with `@2` beside it), and a ledger there knows
 * nothing of the others' releases.
 * @param remote returns the remote's address, which is the same in all workspaces; without one the directory is used
 */
export async function ledgerLocation(
  config: Pick<Config, 'application' | 'state' | 'jenkins' | 'directory'>,
  env: Env,
  remote: () => Promise<string | undefined>,
): Promise<string> {
  const { location } = config.state;
  const { agent } = config.jenkins;
  // In a build's own container the home ends with the workspace. It is refused when it is used.
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
 * Reports, once per build, where the ledger is if the configuration does not say it.
 * @throws StackError CONFIG_INVALID if it is in the workspace
 */
export function noticeLedgerLocation(
  { state: { location }, stateFolder }: Pick<Config, 'state' | 'stateFolder'>,
  { env, events }: { readonly env: Env; readonly events: EventBus },
): void {
  if (stateFolder === undefined) return;
  requireSharedLocation(location, 'state.location', env);
  if (!isBuild(env) || !/\/ledgers\/[^/]+-[0-9a-f]{12}$/.test(location)) return;
  const message = `the release ledger is ${location}, which only this agent has`;
  const next = `For other agents and laptops: ${example('state.location')} (docs/state.md).`;
  events.emit({ type: 'notice', level: 'info', message, next });
}

/**
 * Refuses a directory in a build's workspace for documents that must outlive the build. Locks there would stop nobody.
 * @param location a folder of this machine, as the configuration says it
 * @param setting the key of the configuration that names the place
 * @throws StackError CONFIG_INVALID
 */
export function requireSharedLocation(location: string, setting: string, env: Env): void {
  if (!isBuild(env)) return;
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
