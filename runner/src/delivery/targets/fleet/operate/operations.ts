import type { Operations } from '../../../../context/operations.js';
import type { FleetDependencies } from '../dependencies.js';

/** What can be done with the containers of a fleet. Each is loaded when it is done. */
export function fleetOperations(fleet: FleetDependencies): Operations {
  return {
    tasks: async (signal) => (await import('./hostTasks.js')).hostTasks(fleet, signal),
    logs: async (request) => (await import('./logs.js')).hostLogs(fleet, request),
    exec: async (request) => (await import('./exec.js')).execOnHost(fleet, request),
    task: async (request) => (await import('./oneOff.js')).runOnHost(fleet, request),
    restart: async (request) =>
      (await import('./restart.js')).restartHosts(fleet, { ...request, journal: async () => undefined }),
    cannot: {
      scale: {
        why: 'a fleet has one container a host',
        next: `Change the number of hosts in Terraform, then \`node runner apply --env ${fleet.environmentName}\` and \`node runner deploy --env ${fleet.environmentName} --catch-up\`.`,
      },
    },
  };
}
