import { resolve } from 'node:path';
import type { Host } from '../../runner/src/domain/host.js';
import { routeOf, type Route, type RouteSettings } from '../../runner/src/domain/route.js';
import { ssmSession } from '../../runner/src/hosts/rules/sshArguments.js';

/** Settings of an environment that says little, relative to /project. */
export function routeSettings(more: Partial<RouteSettings> = {}, directory = '/project'): RouteSettings {
  return {
    learned: '/learned',
    session: (instanceId, port) => ssmSession(instanceId, port, {}),
    path: (name) => resolve(directory, name.replace(/^~(?=\/)/, '/home/me')),
    ...more,
  };
}

/** The ways to hosts by such settings. */
export const routesBy =
  (more: Partial<RouteSettings> = {}, directory?: string) =>
  (host: Host): Route =>
    routeOf(host, routeSettings(more, directory));
