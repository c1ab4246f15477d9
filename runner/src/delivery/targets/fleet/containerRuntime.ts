import { containerMigrations } from './containerMigrations.js';
import { readContainers } from './containers.js';
import type { FleetWorld } from './dependencies.js';
import type { Runtime } from './runtime.js';
import { containerName, restoringVariables, wantedContainer } from './wanted.js';

/** Releases as containers, by the role app_container. */
export function containerRuntime(fleet: FleetWorld): Runtime {
  const name = containerName(fleet);
  return {
    wanted: async (release) => wantedContainer(fleet, release, await fleet.registry()),
    digestOf: ({ images }) => images[fleet.config.image ?? '']?.digest,
    again: { app_container_replace: true },
    fetching: async ({ variables }) => ({
      variables: { ...variables, app_container_state: 'fetched' },
      objects: [],
      done: async () => undefined,
    }),
    restoring: (before) => restoringVariables(fleet, before),
    async isThere(ssh, host, { image }, signal) {
      const argv = ['docker', 'image', 'inspect', '--format', 'here', image];
      return (await ssh.execAsRoot(host, argv, { signal })).exitCode === 0;
    },
    read: (ssh, host, signal) => readContainers(ssh, host, name, signal),
    lastWords: (ssh, host, lines) => ssh.containerLog(host, name, lines).catch(() => []),
    restartCount: ['docker', 'container', 'inspect', '--format', '{{.RestartCount}}', name],
    startedAt: ['docker', 'container', 'inspect', '--format', '{{.State.StartedAt}}', name],
    process: 'the container',
    migrations: containerMigrations(fleet),
    // Held by the module app_container.
    lock: '/run/lock/automation-stack-app-container',
  };
}
