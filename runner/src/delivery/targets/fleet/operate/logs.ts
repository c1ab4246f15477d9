import { StackError } from '../../../../base/errors.js';
import { formatDuration } from '../../../../base/duration.js';
import { LineSplitter } from '../../../../adapters/process/streamLines.js';
import type { LogRequest } from '../../../../context/operations.js';
import type { Host } from '../../../../domain/host.js';
import type { FleetDependencies } from '../dependencies.js';
import {
  dockerLogs,
  endedWithInput,
  parseStamped,
  ToldLines,
  type ReadLog,
  type StampedLine,
} from '../rules/dockerLog.js';
import { containerName } from '../wanted.js';
import { hostsNamed, hostTasks } from './hostTasks.js';

/** Waits between attempts to go on after the connection was lost, or while no container is there. */
const RETRY_MS = [1000, 2000, 5000, 10_000, 30_000];
/** Reading what is there already; a log may be long. */
const READ_MS = 300_000;

/** A log that every host keeps: of a container, or of a unit. */
export interface HostLog extends Pick<FleetDependencies, 'clock' | 'ssh'> {
  /** The argv that reads it. */
  argv(read: ReadLog): readonly string[];
  /** Reads the lines of one answer, in their order; undefined of what is no line of the log. */
  reader(): (text: string) => StampedLine | undefined;
  /** What it means that a log that is followed has ended. */
  readonly ended: string;
}

/** The logs of the containers on all hosts. */
export async function hostLogs(fleet: FleetDependencies, request: LogRequest): Promise<void> {
  await tellLogs(containerLog(fleet, containerName(fleet)), request, await wantedHosts(fleet, request));
}

/** The log of a container, as the engine keeps it. */
export const containerLog = (
  { clock, ssh }: Pick<FleetDependencies, 'clock' | 'ssh'>,
  container: string,
): HostLog => ({
  clock,
  ssh,
  argv: (read) => dockerLogs(container, read),
  reader: () => parseStamped,
  ended: 'the container ended; its next one is waited for',
});

/** Tells the log of every host: what was written before now, and what follows where that is asked for. */
export async function tellLogs(log: HostLog, request: LogRequest, hosts: readonly Host[]): Promise<void> {
  const told = new Map(hosts.map((host) => [host.name, new ToldLines()]));
  await tellPast(log, request, hosts, told);
  if (!request.follow) return;
  await Promise.all(hosts.map((host) => followHost(log, request, host, told.get(host.name) as ToldLines)));
}

async function wantedHosts(
  fleet: FleetDependencies,
  { task, wanted, signal }: LogRequest,
): Promise<readonly Host[]> {
  const hosts = await hostsNamed(fleet, task);
  if (wanted === undefined) return hosts;
  const tasks = new Map((await hostTasks(fleet, signal)).map((one) => [one.id, one]));
  const found = hosts.filter(({ name }) => {
    const one = tasks.get(name);
    return one !== undefined && wanted(one);
  });
  if (found.length > 0) return found;
  throw new StackError('TASK_NONE', `no host of ${fleet.name} runs what was asked for`, {
    where: `targets.${fleet.name} of ${fleet.environmentName}`,
    evidence: [...tasks.values()].map(({ id, version, status }) => `${id}: ${version ?? status}`),
    next: `node runner tasks --env ${fleet.environmentName} --target ${fleet.name} lists what runs.`,
  });
}

/** What was written before now, of all hosts in the order of time. */
async function tellPast(
  log: HostLog,
  request: LogRequest,
  hosts: readonly Host[],
  told: ReadonlyMap<string, ToldLines>,
): Promise<void> {
  const { sinceMs, lines: limit, signal, note, tell } = request;
  const since = sinceMs === undefined ? undefined : new Date(sinceMs).toISOString();
  const ssh = await log.ssh();
  const argv = log.argv({ since, tail: limit });
  let unreadable: unknown;
  const read = await ssh.each(hosts, async (host) => {
    try {
      const { exitCode, stdout, stderr } = await ssh.execAsRoot(host, argv, { signal, timeoutMs: READ_MS });
      if (exitCode !== 0 && stdout === '') {
        note(`${host.name}: ${lastWords(stderr)}`);
        return [];
      }
      return [stdout, stderr]
        .flatMap((text) => {
          const read = log.reader();
          return text.split('\n').flatMap((line) => read(line) ?? []);
        })
        .sort(byStamp)
        .map((line) => ({ ...line, host: host.name }));
    } catch (error) {
      signal.throwIfAborted();
      unreadable = error;
      note((error as Error).message);
      return [];
    }
  });
  // Hosts that answer are read though others do not; where none does, that is the failure.
  if (unreadable !== undefined && read.every((lines) => lines.length === 0) && !request.follow)
    throw unreadable;
  const lines = read.flat().sort(byStamp);
  for (const line of lines) told.get(line.host)?.take(line);
  const shown = limit === undefined ? lines : limit === 0 ? [] : lines.slice(-limit);
  for (const { host, at, line } of shown) tell({ task: host, at, line });
}

const byStamp = (one: StampedLine, other: StampedLine) =>
  one.stamp < other.stamp ? -1 : one.stamp > other.stamp ? 1 : 0;

/** Follows one host: through lost connections, and from a container to the one that replaces it. */
async function followHost(log: HostLog, request: LogRequest, host: Host, told: ToldLines): Promise<void> {
  const { signal, tell, note } = request;
  const { clock } = log;
  const ssh = await log.ssh();
  const begun = clock.now().toISOString();
  for (let quiet = 0; !signal.aborted;) {
    let heard = false;
    try {
      told.again();
      const words: string[] = [];
      const read = log.reader();
      const take = (text: string) => {
        const line = read(text);
        if (line === undefined) return void words.push(text);
        heard = true;
        if (told.take(line)) tell({ task: host.name, at: line.at, line: line.line });
      };
      const splitters = { stdout: new LineSplitter(take), stderr: new LineSplitter(take) };
      const argv = log.argv({ since: told.since ?? begun, follow: true });
      const channel = await ssh.openAsRoot(host, endedWithInput(argv), {
        signal,
        onOutput: (chunk, stream) => splitters[stream].push(chunk),
      });
      const exitCode = await channel.ended;
      for (const splitter of Object.values(splitters)) splitter.end();
      const gap = retryMs(heard ? 0 : quiet);
      if (quiet === 0 || heard)
        note(
          exitCode === 0
            ? `${host.name}: ${log.ended}`
            : `${host.name}: ${lastWords(words.join('\n'))}; tried again in ${formatDuration(gap)}`,
        );
      quiet = heard ? 1 : quiet + 1;
      await clock.sleep(gap, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof StackError) || error.code !== 'SSH_UNREACHABLE') throw error;
      const gap = retryMs(heard ? 0 : quiet);
      note(`${error.message}; tried again in ${formatDuration(gap)}`);
      quiet = heard ? 1 : quiet + 1;
      await clock.sleep(gap, signal).catch(() => undefined);
    }
  }
}

const retryMs = (quiet: number) => RETRY_MS[Math.min(quiet, RETRY_MS.length - 1)] as number;

const lastWords = (text: string) =>
  text
    .trim()
    .split('\n')
    .at(-1)
    ?.replace(/^Error(?: response from daemon)?: /, '') || 'the log cannot be read';
