import { randomBytes } from 'node:crypto';
import { StackError } from '../../../../base/errors.js';
import { LineSplitter } from '../../../../adapters/process/streamLines.js';
import type { TaskEnd, TaskRequest } from '../../../../context/operations.js';
import type { Host } from '../../../../domain/host.js';
import type { FleetDependencies } from '../dependencies.js';
import { fetchImages } from '../pullImage.js';
import { runContainer } from '../runContainer.js';
import { containerName, wantedContainer, type WantedContainer } from '../wanted.js';
import { hostsNamed, runningHost } from './hostTasks.js';

const STOP_SECONDS = 30;
/** Docker's own exit codes: it could not begin. */
const NOT_BEGUN = 125;

/**
 * Runs a command in a container of its own on one host: the image and environment of a release, nothing published. An
 * interruption stops it.
 */
export async function runOnHost(fleet: FleetDependencies, request: TaskRequest): Promise<TaskEnd> {
  const { signal, note, command } = request;
  const release = request.release ?? request.current;
  if (release === undefined) {
    throw new StackError('RELEASE_NONE', `nothing was deployed to ${fleet.name} yet`, {
      where: `environment ${fleet.environmentName}`,
      next: `Name a release: --release VERSION; node runner history --releases lists them.`,
    });
  }
  const wanted = wantedContainer(fleet, release, await fleet.registry());
  const host = await hostFor(fleet, request);
  await fetch(fleet, host, wanted, request);
  const name = `${containerName(fleet)}-task-${randomBytes(4).toString('hex')}`;
  const { argv, input } = runContainer(fleet, wanted, { name, flags: ['--rm'], command });
  note(`${name} on ${host.name}, release ${release.version}: ${command.join(' ')}`);
  const ssh = await fleet.ssh();
  const splitters = {
    stdout: new LineSplitter((line) => request.tell(line, 'stdout')),
    stderr: new LineSplitter((line) => request.tell(line, 'stderr')),
  };
  try {
    const never = new AbortController().signal;
    const channel = await ssh.openAsRoot(host, argv, {
      signal: never,
      input,
      onOutput: (chunk, stream) => splitters[stream].push(chunk),
    });
    channel.end();
    const exitCode = await orAborted(channel.ended, signal);
    for (const splitter of Object.values(splitters)) splitter.end();
    if (exitCode === NOT_BEGUN) throw notBegun(fleet, host);
    return { task: name, revision: wanted.definition.slice(0, 12), exitCode };
  } catch (error) {
    if (!(error instanceof StackError && error.code === 'TASK_FAILED')) await stop(fleet, host, name, note);
    for (const splitter of Object.values(splitters)) splitter.end();
    throw error;
  }
}

/** The container is stopped before the channel is given up, so that its last words still come. */
function orAborted(ended: Promise<number>, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    ended.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

async function stop(
  fleet: FleetDependencies,
  host: Host,
  name: string,
  note: (message: string) => void,
): Promise<void> {
  note(`stopping ${name}`);
  const ssh = await fleet.ssh();
  const argv = ['docker', 'stop', '--time', String(STOP_SECONDS), name];
  await ssh
    .execAsRoot(host, argv, { timeoutMs: (STOP_SECONDS + 10) * 1000 })
    .catch((error: Error) => note(`${name} could not be stopped: ${error.message}`));
}

/** The host that was named; else the first that runs, else the first of all. */
async function hostFor(fleet: FleetDependencies, { host, signal }: TaskRequest): Promise<Host> {
  if (host !== undefined) return (await hostsNamed(fleet, host))[0] as Host;
  try {
    return await runningHost(fleet, undefined, signal);
  } catch (error) {
    if (!(error instanceof StackError && error.code === 'TASK_NONE')) throw error;
    return (await hostsNamed(fleet, undefined))[0] as Host;
  }
}

/** Brings the image to the host where it is not there yet. */
async function fetch(
  fleet: FleetDependencies,
  host: Host,
  wanted: WantedContainer,
  { signal, stage }: TaskRequest,
): Promise<void> {
  const rollout = { stage, signal, journal: async () => undefined };
  const { unfetched } = await fetchImages(fleet, [host], wanted, rollout);
  const [failed] = unfetched;
  if (failed === undefined) return;
  throw new StackError('TASK_FAILED', `${host.name}: ${failed.reason}`, {
    where: host.name,
    evidence: failed.log,
    next: 'Fix what the engine says, or name another host: --host NAME.',
  });
}

function notBegun(fleet: FleetDependencies, host: Host): StackError {
  return new StackError('TASK_FAILED', `the engine on ${host.name} could not start the container`, {
    where: `targets.${fleet.name} of ${fleet.environmentName}`,
    next: 'What it says stands above; fix that, then run the command again.',
  });
}
