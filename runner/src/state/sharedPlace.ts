import { isAbsolute, relative } from 'node:path';
import { StackError } from '../core/errors.js';

type Env = Readonly<Record<string, string | undefined>>;

/** True below Jenkins, where a workspace belongs to one job and branch, and may be gone with the next build. */
export const isBuild = (env: Env): boolean => Boolean(env['JENKINS_URL'] || env['BUILD_TAG']);

/**
 * Refuses a directory in the workspace of a build as the place of what outlives it. Every branch and job has a workspace of
 * its own (with `@2` beside it), and so has every agent, container and pod: a ledger there knows nothing of what the
 * others have released, and its locks hold nobody back.
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
    `${setting} is a directory of this workspace (${location}): on Jenkins each branch and job has its own, and knows nothing of the others`,
    {
      where: setting,
      next:
        `Add to automation-stack.yml: ${example(setting)} — any bucket that all agents and laptops reach (docs/state.md has its policy). ` +
        `Where one lasting agent does all the work, a directory of it will do: ${example(setting, '/var/lib/automation-stack')}`,
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
