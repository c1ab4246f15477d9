import { StackError } from '../../../../base/errors.js';
import type { Cannot, Operations } from '../../../../context/operations.js';
import { rootOf } from '../directories/wantedDirectory.js';
import type { FleetDependencies } from '../dependencies.js';

/** What can be done with what a fleet runs. Each is loaded when it is done. */
export function fleetOperations(fleet: FleetDependencies): Operations {
  const scale: Cannot = {
    why: 'a fleet runs one application a host',
    next: `Change the number of hosts in Terraform, then \`node runner apply --env ${fleet.environmentName}\` and \`node runner deploy --env ${fleet.environmentName} --catch-up\`.`,
  };
  if (fleet.config.strategy.kind === 'symlink') return directoryOperations(fleet, scale);
  return {
    tasks: async (signal) => (await import('./hostTasks.js')).hostTasks(fleet, signal),
    logs: async (request) => (await import('./logs.js')).hostLogs(fleet, request),
    exec: async (request) => (await import('./exec.js')).execOnHost(fleet, request),
    task: async (request) => (await import('./oneOff.js')).runOnHost(fleet, request),
    restart: async (request) =>
      (await import('./restart.js')).restartHosts(fleet, { ...request, journal: async () => undefined }),
    cannot: {
      scale,
    },
  };
}

/** Without containers there is nothing to go into: the host itself is the place. */
function directoryOperations(fleet: FleetDependencies, scale: Cannot): Operations {
  const { name, environmentName, config } = fleet;
  const unit = config.unit ?? 'UNIT';
  const listed = `\`node runner tasks --env ${environmentName}\` lists its hosts, and ssh reaches them`;
  const cannot = {
    why: 'its application is no container',
    next: `${listed}; on a host: cd ${rootOf(fleet)}/current`,
  };
  const logs = { ...cannot, next: `${listed}; on a host: journalctl --unit ${unit}` };
  return {
    tasks: async (signal) => (await import('./hostTasks.js')).hostTasks(fleet, signal),
    async logs() {
      throw new StackError('LOG_UNREADABLE', `${name} keeps no log here: ${logs.why}`, {
        where: `targets.${name} of ${environmentName}`,
        next: `${logs.next}.`,
      });
    },
    restart: async (request) =>
      (await import('./restart.js')).restartHosts(fleet, { ...request, journal: async () => undefined }),
    cannot: { logs, exec: cannot, task: cannot, scale },
  };
}
