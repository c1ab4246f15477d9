import { wordsWithout, StackError } from '../../../../base/errors.js';
import type { RunningTask } from '../../../../context/operations.js';
import type { Host } from '../../../../domain/host.js';
import type { FleetDependencies } from '../dependencies.js';
import { probeHost } from '../fleetGate.js';
import { gateOf, readHostStates, type HostState } from '../hostState.js';

/** Characters of what identifies image and settings together: enough to tell two apart. */
const DEFINITION_LENGTH = 12;

/** The containers of a fleet, host by host. */
export async function hostTasks(
  fleet: FleetDependencies,
  signal: AbortSignal,
): Promise<readonly RunningTask[]> {
  const [ssh, gate, states] = await Promise.all([fleet.ssh(), gateOf(fleet), readHostStates(fleet, signal)]);
  const byHost = new Map(states.map((state) => [state.host.name, state]));
  return ssh.each(
    states.map(({ host }) => host),
    async (host): Promise<RunningTask> => {
      const { containers, error } = byHost.get(host.name) as HostState;
      const place = host.address;
      if (containers === undefined)
        return {
          id: host.name,
          revision: '',
          status: 'unreachable',
          health: wordsWithout(host.name, error),
          place,
        };
      const { current } = containers;
      if (current === undefined) return { id: host.name, revision: '', status: 'none', place };
      const { startedAt: argv } = fleet.runtime;
      const [{ ok }, inspected] = await Promise.all([
        probeHost(gate, host, signal),
        argv === undefined ? undefined : ssh.execAsRoot(host, argv, { signal }),
      ]);
      const startedAt = new Date(inspected?.stdout.trim() ?? '');
      const digest =
        current.content?.includes(current.digest) === true ? current.digest : current.content?.[0];
      return {
        id: host.name,
        revision: current.definition.slice(0, DEFINITION_LENGTH),
        ...(digest === undefined ? {} : { digest }),
        ...(current.version === '' ? {} : { version: current.version }),
        status: current.state,
        health: ok ? 'healthy' : 'unhealthy',
        ...(Number.isNaN(startedAt.getTime()) ? {} : { startedAt: startedAt.toISOString() }),
        place,
      };
    },
  );
}

/**
 * The hosts of a fleet that are meant.
 * @param name of one of them; all where left out
 * @throws StackError TASK_NONE where there is no such host
 */
export async function hostsNamed(
  fleet: FleetDependencies,
  name: string | undefined,
): Promise<readonly Host[]> {
  const hosts = await fleet.hosts();
  const found = name === undefined ? hosts : hosts.filter((host) => host.name === name);
  if (found.length > 0) return found;
  throw new StackError('TASK_NONE', `${fleet.name} has no host ${name}`, {
    where: `targets.${fleet.name} of ${fleet.environmentName}`,
    next: `Its hosts are: ${hosts.map((host) => host.name).join(', ')}.`,
  });
}

/**
 * The first host whose container runs.
 * @param name of the only one that is meant
 * @throws StackError TASK_NONE
 */
export async function runningHost(
  fleet: FleetDependencies,
  name: string | undefined,
  signal: AbortSignal,
): Promise<Host> {
  const states = await readHostStates(fleet, signal, await hostsNamed(fleet, name));
  const found = states.find(({ containers }) => containers?.current?.state === 'running');
  if (found !== undefined) return found.host;
  const [only] = states;
  // One host that was named and does not answer says why by itself.
  if (name !== undefined && only?.error !== undefined) throw only.error;
  throw new StackError(
    'TASK_NONE',
    name === undefined
      ? `no container of ${fleet.name} is running`
      : `the container on ${name} is not running`,
    {
      where: `targets.${fleet.name} of ${fleet.environmentName}`,
      evidence: states.map(({ host, containers, error }) =>
        containers === undefined
          ? `${host.name}: ${wordsWithout(host.name, error)}`
          : `${host.name}: ${containers.current?.state ?? 'no container'}`,
      ),
      next: `node runner logs --env ${fleet.environmentName} --target ${fleet.name} shows what the last ones said.`,
    },
  );
}
