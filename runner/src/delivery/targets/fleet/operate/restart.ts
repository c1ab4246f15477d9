import { StackError } from '../../../../base/errors.js';
import type { TargetRecord } from '../../../../domain/records.js';
import type { Rollout } from '../../../../context/target.js';
import { batchSize, inBatches } from '../../../rules/batches.js';
import { rollBatch } from '../batch.js';
import type { HostFailure } from '../../../../hosts/rules/ansibleEvents.js';
import type { FleetDependencies, PlayRequest } from '../dependencies.js';
import { gateOf, readHostStates } from '../hostState.js';
import { failedByError, fleetFailure, type FailedHost } from '../rules/fleetFailures.js';
import { proofOf } from '../runningDigest.js';
import { containerName } from '../wanted.js';

/** A container gets so long to end in order. */
const STOP_SECONDS = 30;
const LOG_LINES = 20;

/**
 * Restarts the application on every host, batch by batch: out of the target group, restart, health gate, back into it. A
 * batch whose hosts do not become healthy ends it: the others run on untouched.
 */
export async function restartHosts(fleet: FleetDependencies, rollout: Rollout): Promise<TargetRecord> {
  const states = await readHostStates(fleet, rollout.signal);
  const unreachable = states.flatMap(({ host, error }) =>
    error === undefined ? [] : [failedByError(host.name, error, 'untouched')],
  );
  if (unreachable.length > fleet.config['max-failed']) throw fleetFailure(fleet, unreachable, states.length);
  const running = states.filter(({ containers }) => containers?.current !== undefined);
  if (running.length === 0) {
    throw new StackError('TASK_NONE', `no host of ${fleet.name} has anything to restart`, {
      where: `targets.${fleet.name} of ${fleet.environmentName}`,
      next: `node runner deploy --env ${fleet.environmentName} brings a release there.`,
    });
  }
  const before = new Map(running.map(({ host, containers }) => [host.name, containers ?? {}]));
  const gate = await gateOf(fleet);
  const failed: FailedHost[] = [...unreachable];
  // Hosts may run different releases: each is held against what it runs itself.
  for (const batch of inBatches(running, batchSize(fleet.config.batch, states.length))) {
    rollout.signal.throwIfAborted();
    const [first] = batch;
    const current = first?.containers?.current;
    const proof = current === undefined ? undefined : { ...proofOf(current), digests: [], definition: '' };
    failed.push(
      ...(await rollBatch(
        { ...fleet, play: (request) => restart(fleet, request) },
        {
          hosts: batch.map(({ host }) => host),
          variables: {},
          proof,
          before,
          // What is not healthy after its restart stays out of the target group.
          mayServe: (_, hasFailed) => !hasFailed,
          gate,
          version: current?.version ?? '',
        },
        rollout,
      )),
    );
    if (failed.length > fleet.config['max-failed']) throw fleetFailure(fleet, failed, states.length);
  }
  const left = failed.length;
  return {
    kind: 'fleet',
    status: left === 0 ? 'healthy' : 'partial',
    facts: { hosts: left === 0 ? String(states.length) : `${states.length - left} of ${states.length}` },
  };
}

const restart = (fleet: FleetDependencies, request: PlayRequest): Promise<readonly HostFailure[]> =>
  fleet.config.strategy.kind === 'symlink' ? restartUnits(fleet, request) : restartContainers(fleet, request);

/** The same for releases in directories: the command that lets the application use another release. */
async function restartUnits(
  fleet: FleetDependencies,
  { hosts: names }: PlayRequest,
): Promise<readonly HostFailure[]> {
  const { unit, restart: own } = fleet.config;
  const argv = own ?? (unit === undefined ? undefined : ['systemctl', 'restart', unit]);
  const failure = { unreachable: false, task: 'restart', output: [] };
  if (argv === undefined)
    return names.map((host) => ({
      ...{ ...failure, host, where: host },
      message: 'neither `restart` nor `unit` says how to restart it',
    }));
  const ssh = await fleet.ssh();
  const hosts = (await fleet.hosts()).filter(({ name }) => names.includes(name));
  const failures = await ssh.each(hosts, async (host): Promise<HostFailure[]> => {
    const here = { ...failure, host: host.name, where: host.name };
    try {
      const { exitCode, stderr } = await ssh.execAsRoot(host, argv);
      if (exitCode === 0) return [];
      const message = stderr.trim().split('\n').at(-1) ?? '';
      const log = await fleet.runtime.lastWords(ssh, host, LOG_LINES);
      return [{ ...here, message: `${argv.join(' ')}: ${message}`, report: { restored: 'unhealthy', log } }];
    } catch (error) {
      return [{ ...here, unreachable: true, message: (error as Error).message }];
    }
  });
  return failures.flat();
}

/** In the place of the playbook: there is nothing else that could be brought back, as nothing else ran before. */
async function restartContainers(
  fleet: FleetDependencies,
  { hosts: names, variables }: PlayRequest,
): Promise<readonly HostFailure[]> {
  const ssh = await fleet.ssh();
  const hosts = (await fleet.hosts()).filter(({ name }) => names.includes(name));
  const name = containerName(fleet);
  const failure = { unreachable: false, task: 'docker restart', output: [] };
  if (variables['app_container_state'] === 'restored')
    return names.map((host) => ({ ...failure, host, where: host, message: 'it was restarted already' }));
  const restart = ['docker', 'restart', '--time', String(STOP_SECONDS), name];
  const ask = ['docker', 'container', 'inspect', '--format', '{{.State.Status}}', name];
  const failures = await ssh.each(hosts, async (host): Promise<HostFailure[]> => {
    const here = { ...failure, host: host.name, where: host.name };
    try {
      const { exitCode, stderr } = await ssh.execAsRoot(host, restart, {
        timeoutMs: (STOP_SECONDS + 30) * 1000,
      });
      if (exitCode !== 0)
        return [{ ...here, message: stderr.trim().split('\n').at(-1) ?? 'docker restart failed' }];
      const state = (await ssh.execAsRoot(host, ask)).stdout.trim();
      if (state === 'running') return [];
      const log = [...(await ssh.containerLog(host, name, LOG_LINES))];
      const message = `the container is ${state} right after its restart`;
      return [{ ...here, message, report: { restored: 'unhealthy', log } }];
    } catch (error) {
      return [{ ...here, unreachable: true, message: (error as Error).message }];
    }
  });
  return failures.flat();
}
