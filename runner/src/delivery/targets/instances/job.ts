import { toErrorRecord, wordsWithout } from '../../../base/errors.js';
import type { Instance } from '../../../domain/instance.js';
import type { BehindCause } from '../../../domain/records.js';
import type { Rollout } from '../../../context/target.js';
import type { FleetChecks } from '../fleet/fleetChecks.js';
import { failedByPlaybook } from '../fleet/rules/fleetFailures.js';
import { confirmInstance, startApplication } from './confirm.js';
import type { InstancesDependencies } from './dependencies.js';
import { launchInstance, untilState } from './launch.js';
import type { FailedInstance } from './rules/failures.js';
import type { Slot } from './rules/plan.js';
import { usesSsh } from './schema.js';
import type { WantedRelease } from './wanted.js';

export interface JobAsked {
  readonly run: string;
  readonly wanted: WantedRelease;
  /** File of the artifact on this machine, for the playbook. */
  readonly file: string | undefined;
  readonly checks: FleetChecks | undefined;
  readonly rollout: Rollout;
}

export type JobEnd =
  { readonly instance: Instance; readonly failure?: undefined } | { readonly failure: FailedInstance };

/** An instance that cannot serve, and why. */
class Unfit extends Error {
  constructor(
    readonly reason: BehindCause,
    message: string,
    readonly log: readonly string[] = [],
  ) {
    super(message);
  }
}

/**
 * Takes one instance all the way: launch or start → configure → start the application → confirm → register → wait until
 * the group sends it requests. It knows nothing of the others: what it meets is its own.
 * @throws only the signal's reason: a failure is how the job ended
 */
export async function bringInstance(
  target: InstancesDependencies,
  slot: Slot,
  asked: JobAsked,
): Promise<JobEnd> {
  const { rollout } = asked;
  const { signal, stage } = rollout;
  const place = { name: slot.found?.instance.id ?? `instance ${slot.slot + 1}`, isRegistered: false };
  try {
    const instance = await upAndRunning(target, slot, asked, (id) => (place.name = id));
    place.name = instance.id;
    const host = await target.hostOf(instance);
    const subject = stage.subject(instance.id);
    if (usesSsh(target.config)) {
      const ssh = await target.ssh();
      subject.progress('boot', `waiting for ${host.address}`);
      await ssh.ready(host, { timeoutMs: target.config.boot, signal });
    }
    if (!slot.isKept) await configure(target, instance, asked);
    await startApplication(target, host, signal);
    const sick = await confirmInstance(target, host, rollout);
    if (sick !== undefined) throw new Unfit('unhealthy', sick, await target.console(instance.id));
    const failed = await asked.checks?.ofHost(host);
    if (failed !== undefined) throw new Unfit('unhealthy', failed.reason, failed.log);
    const group = await target.group();
    await rollout.journal('register', { instances: [instance.id], in: group.name });
    subject.progress('register', `joining ${group.name}`);
    place.isRegistered = true;
    await group.register(host);
    if (!(await group.serves(host, signal))) {
      const { state, reason } = (await group.targets(signal)).get(group.idOf(instance)) ?? {};
      const why = [state, reason].filter((one) => one !== undefined).join(', ');
      await rollout.journal('deregister', { instances: [instance.id], from: group.name });
      await group.drain(host, signal);
      place.isRegistered = false;
      throw new Unfit(
        'not-served',
        `${group.name} does not send requests to it (${why || 'not registered'})`,
      );
    }
    subject.progress('registered', `${asked.wanted.version} healthy, serving in ${group.name}`, 'ok');
    return { instance };
  } catch (error) {
    signal.throwIfAborted();
    const failure = failureOf(error, place);
    stage.subject(place.name).progress('failed', failure.reason, 'failed');
    return { failure };
  }
}

/** The instance of a slot: launched, or started where it was kept. */
async function upAndRunning(
  target: InstancesDependencies,
  { slot, found }: Slot,
  { run, wanted, rollout }: JobAsked,
  named: (id: string) => void,
): Promise<Instance> {
  const { stage, signal } = rollout;
  if (found === undefined) {
    stage.subject(target.name).progress('launch', `launching instance ${slot + 1} for ${wanted.version}`);
    return launchInstance(target, { run, slot, wanted, rollout, named });
  }
  const { id, state } = found.instance;
  if (state === 'running') return found.instance;
  if (state === 'stopping') await untilState(target, id, 'stopped', signal);
  if (state !== 'pending') {
    await rollout.journal('start', { instances: [id] });
    stage.subject(id).progress('start', `starting, it has ${found.label.version}`);
    await (await target.ec2()).start(id, signal);
  }
  return untilState(target, id, 'running', signal);
}

async function configure(
  target: InstancesDependencies,
  instance: Instance,
  { wanted, file, rollout }: JobAsked,
): Promise<void> {
  if (target.config.playbook === undefined) return;
  await rollout.journal('configure', { instances: [instance.id] });
  const variables = { ...wanted.variables, ...(file === undefined ? {} : { artifact_release_file: file }) };
  const [failed] = await target.configure({ instance, variables, rollout });
  if (failed === undefined) return;
  const { cause, reason, log } = failedByPlaybook(failed);
  throw new Unfit(cause, reason, log);
}

function failureOf(
  error: unknown,
  { name, isRegistered }: { readonly name: string; readonly isRegistered: boolean },
): FailedInstance {
  const now = isRegistered ? 'it may still be registered' : 'it gets no requests';
  if (error instanceof Unfit)
    return { instance: name, cause: error.reason, reason: error.message, log: error.log, now };
  const { code, evidence = [] } = toErrorRecord(error);
  const cause: BehindCause = code.startsWith('SSH_') ? 'unreachable' : 'unhealthy';
  return { instance: name, cause, reason: wordsWithout(name, error), log: evidence, now };
}
