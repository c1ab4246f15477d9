import type { Host } from '../../../domain/host.js';
import type { Rollout } from '../../../context/target.js';
import type { HostContainers } from './containers.js';
import type { FleetDependencies } from './dependencies.js';
import type { FleetChecks } from './fleetChecks.js';
import { watchHealth, type GateDependencies } from './fleetGate.js';
import type { Proof } from './runningDigest.js';
import { hostsWithoutProof, restoreHost, restoreIfChanged } from './restoreHost.js';
import { failedByError, failedByPlaybook, type FailedHost } from './rules/fleetFailures.js';

const LOG_LINES = 20;

export interface UpdateRequest {
  /** For the playbook. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** What has to run afterwards; undefined where nothing is to. */
  readonly proof: Proof | undefined;
  /** What each host ran before; a host that fails goes back to it. */
  readonly before: ReadonlyMap<string, HostContainers>;
  /** Whether a host that is healthy in the end may serve; `failed`: with what it ran before. */
  readonly mayServe: (host: string, failed: boolean) => boolean;
  /** Watches each host over the bake window; left out where nothing is meant to run. */
  readonly gate?: GateDependencies;
  /** What each host has to pass before it serves, and all of them while they do; nothing where left out. */
  readonly checks?: FleetChecks | undefined;
  /** What hosts come to run, for people: `1.4.0`. */
  readonly version: string;
}

/**
 * Takes one host all the way: drain → playbook → proof → health gate → checks → register → wait until it is served. It knows
 * nothing of the others: what it meets is its own. A host that fails is brought back to what it ran before and serves
 * again, if that is healthy.
 *
 * @returns why it failed; undefined where it did not
 * @throws whatever makes it impossible for every host: a playbook that cannot run, an AWS that refuses, an interrupt
 */
export async function updateHost(
  fleet: FleetDependencies,
  host: Host,
  request: UpdateRequest,
  rollout: Rollout,
): Promise<FailedHost | undefined> {
  const { signal } = rollout;
  const ssh = await fleet.ssh();
  try {
    await ssh.ready(host, { signal });
  } catch (error) {
    signal.throwIfAborted();
    return tell(failedByError(host.name, error, 'untouched'), rollout);
  }
  await drain(fleet, host, rollout);
  const failure =
    (await replace(fleet, host, request, rollout)) ?? (await watch(fleet, host, request, rollout));
  const ended = await register(fleet, host, { request, failure, rollout });
  const subject = rollout.stage.subject(host.name);
  if (ended === undefined) {
    const balancer = request.gate === undefined ? undefined : await fleet.balancer();
    const words = balancer === undefined ? '' : `, serving in ${balancer.name}`;
    const what = request.gate === undefined ? 'removed' : `${request.version} healthy${words}`;
    subject.progress(balancer === undefined ? 'healthy' : 'registered', what, 'ok');
  } else if (ended.now === 'healthy')
    subject.progress('restored', 'back on what ran before, healthy', 'rolled-back');
  return ended;
}

function tell(failure: FailedHost, { stage }: Rollout): FailedHost {
  stage.subject(failure.host).progress('failed', failure.reason, 'failed');
  return failure;
}

async function drain(fleet: FleetDependencies, host: Host, rollout: Rollout): Promise<void> {
  const balancer = await fleet.balancer();
  if (balancer === undefined) return;
  const subject = rollout.stage.subject(host.name);
  await rollout.journal('drain', { hosts: [host.name], from: balancer.name });
  subject.progress('drain', `leaving ${balancer.name}`);
  if (!(await balancer.drain(host, rollout.signal)))
    subject.progress('drain', 'still has requests after the drain time, continuing');
}

/** Runs the playbook and asks the host what runs then. What the role has not settled itself is settled here. */
async function replace(
  fleet: FleetDependencies,
  host: Host,
  { variables, proof, before, version }: UpdateRequest,
  rollout: Rollout,
): Promise<FailedHost | undefined> {
  await rollout.journal('replace', { hosts: [host.name], version });
  const [failed] = await fleet.play({ hosts: [host.name], variables, rollout });
  // Other failures were told while the playbook ran.
  const told = failed === undefined || failed.leftOut === true ? tell : (one: FailedHost) => one;
  const found =
    failed === undefined
      ? (await hostsWithoutProof(fleet, [host], proof, rollout))[0]
      : failedByPlaybook(failed);
  if (found === undefined) return undefined;
  const failure = told(found, rollout);
  if (failure.now !== 'unknown' || failure.cause === 'unreachable') return failure;
  return { ...failure, now: await restoreIfChanged(fleet, host, before.get(host.name), rollout) };
}

/** Watches the host over the bake window, then runs its checks. */
async function watch(
  fleet: FleetDependencies,
  host: Host,
  { gate, checks, before }: UpdateRequest,
  rollout: Rollout,
): Promise<FailedHost | undefined> {
  if (gate === undefined) return undefined;
  const seconds = Math.round(gate.health.for / 1000);
  if (seconds > 0) rollout.stage.subject(host.name).progress('watch', `healthy, watched for ${seconds} s`);
  const reason = await watchHealth(gate, host, rollout.signal);
  const found =
    reason === undefined ? await checks?.ofHost(host) : { reason, log: await lastWords(fleet, host) };
  if (found === undefined) return undefined;
  tell({ host: host.name, cause: 'unhealthy', ...found, now: 'unknown' }, rollout);
  const now = await restoreHost(fleet, host, before.get(host.name), rollout);
  return { host: host.name, cause: 'unhealthy', ...found, now };
}

/** Puts a host that is healthy, with the new or the old, back into service. */
async function register(
  fleet: FleetDependencies,
  host: Host,
  {
    request: { gate, mayServe, before },
    failure,
    rollout,
  }: {
    readonly request: UpdateRequest;
    readonly failure: FailedHost | undefined;
    readonly rollout: Rollout;
  },
): Promise<FailedHost | undefined> {
  const balancer = await fleet.balancer();
  const now = failure?.now;
  const isHealthy = now === undefined || now === 'healthy' || now === 'untouched';
  if (
    balancer === undefined ||
    gate === undefined ||
    !isHealthy ||
    !mayServe(host.name, failure !== undefined)
  )
    return failure;
  await rollout.journal('register', { hosts: [host.name], in: balancer.name });
  await balancer.register(host);
  if (failure !== undefined || (await balancer.serves(host, rollout.signal))) return failure;
  const reason = `${balancer.name} does not send requests to it: its health check fails`;
  const log = await lastWords(fleet, host);
  const back = await restoreHost(fleet, host, before.get(host.name), rollout);
  return { host: host.name, cause: 'not-served', reason, log, now: back };
}

const lastWords = async (fleet: FleetDependencies, host: Host): Promise<readonly string[]> =>
  fleet.runtime.lastWords(await fleet.ssh(), host, LOG_LINES);
