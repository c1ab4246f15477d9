import pMap from 'p-map';
import { formatDuration } from '../../../../base/duration.js';
import { StackError } from '../../../../base/errors.js';
import type { LogRequest, RunningTask } from '../../../../context/operations.js';
import { filterLog, lastLogEvents, type LogEvent } from '../../../../adapters/aws/logs.js';
import type { Task } from '../../../../adapters/aws/ecs.js';
import { taskId } from '../stopTask.js';
import { findContainer } from '../taskDefinition.js';
import { linesOf, ToldEvents } from '../rules/logEvents.js';
import { runningTask, serviceTasks } from './listTasks.js';
import { logFailure, logSource, type LogSource } from './logSource.js';
import type { EcsParts } from './parts.js';

/** The driver sends what tasks print every few seconds, and CloudWatch takes a while to show it. */
const OVERLAP_MS = 30_000;
/** Between two readings: at once where something came, slower where all is quiet. */
const GAP_MS = 1000;
const LONGEST_GAP_MS = 5000;
/** Streams whose end is read, and how many at a time. */
const TAILED = 30;
const AT_ONCE = 5;
/** Waits between attempts to go on after the connection was lost. */
const RETRY_MS = [2000, 5000, 10_000, 30_000];
const LOST = new Set(['AWS_UNREACHABLE', 'AWS_THROTTLED']);

/** The log of all tasks of a target. */
export async function serviceLogs(parts: EcsParts, request: LogRequest): Promise<void> {
  const { reader, options, scope } = parts;
  const { definition } = await reader.read(request.signal);
  const container = findContainer(definition, options.config.container).name ?? '';
  const source = logSource(definition, container, scope);
  const reading = new Reading(parts, request, source, container);
  try {
    if (request.sinceMs === undefined) await reading.tail();
    else await reading.since(request.sinceMs);
    if (request.follow) await reading.follow();
  } catch (error) {
    throw logFailure(error, source, scope);
  }
}

/** One reading of a log, from its first line on. */
class Reading {
  private readonly known = new Map<string, RunningTask>();
  /** Tasks of other services, and one-off ones, that log to the same streams. */
  private readonly foreign = new Set<string>();
  private told: ToldEvents;

  constructor(
    private readonly parts: EcsParts,
    private readonly request: LogRequest,
    private readonly source: LogSource,
    private readonly container: string,
  ) {
    this.told = new ToldEvents(this.now() - OVERLAP_MS, OVERLAP_MS);
  }

  /** Tells the last lines of what runs, or of what ended last where nothing does. */
  async tail(): Promise<void> {
    const { request, source, parts } = this;
    const { lines: limit = 0, signal } = request;
    const { prefix, group, region } = source;
    const startedMs = this.now();
    const tasks = (await this.recent()).filter((task) => this.isWanted(task.id));
    if (tasks.length === 0 && !request.follow) throw this.nothing();
    const streams = tasks.slice(0, TAILED).map(({ id }) => `${prefix}${id}`);
    const place = { group, ...(region === undefined ? {} : { region }) };
    const ends = await pMap(
      streams,
      async (stream) => {
        const events = await lastLogEvents(
          parts.options.aws,
          { ...place, stream },
          Math.max(1, limit),
          signal,
        );
        return { stream, events };
      },
      { concurrency: AT_ONCE },
    );
    this.told = new ToldEvents(startedMs - OVERLAP_MS, OVERLAP_MS);
    for (const { stream, events } of ends) this.told.toldEnd(stream, events);
    const lines = ends
      .flatMap(({ events }) => events)
      .sort((one, other) => one.at - other.at)
      .flatMap((event) => linesOf(event.message).map((line) => ({ ...event, line })));
    for (const { stream, at, line } of limit === 0 ? [] : lines.slice(-limit)) this.tell(stream, at, line);
  }

  /** Tells all since a moment; only the last lines of it where so many are asked for. */
  async since(fromMs: number): Promise<void> {
    const { lines: limit } = this.request;
    await this.recent();
    this.told = new ToldEvents(fromMs, OVERLAP_MS);
    if (limit === undefined)
      return void (await this.read((event, line) => this.tell(event.stream, event.at, line)));
    const kept: { readonly event: LogEvent; readonly line: string }[] = [];
    await this.read((event, line) => {
      kept.push({ event, line });
      if (kept.length > limit) kept.shift();
    });
    for (const { event, line } of kept) this.tell(event.stream, event.at, line);
  }

  /** Tells what comes, until the signal does. */
  async follow(): Promise<void> {
    const { request, parts } = this;
    let gap = GAP_MS;
    for (let lost = 0; !request.signal.aborted;) {
      try {
        await parts.options.clock.sleep(gap, request.signal);
        const count = await this.read((event, line) => this.tell(event.stream, event.at, line));
        this.told.forget();
        gap = count > 0 ? GAP_MS : Math.min(LONGEST_GAP_MS, gap * 1.5);
        if (lost > 0) request.note('the log can be read again: it goes on where it stopped');
        lost = 0;
      } catch (error) {
        if (request.signal.aborted) return;
        if (!(error instanceof StackError) || !LOST.has(error.code)) throw error;
        gap = RETRY_MS[Math.min(lost, RETRY_MS.length - 1)] as number;
        lost += 1;
        request.note(`${error.message}: tried again in ${formatDuration(gap)}`);
      }
    }
  }

  /** Reads all that is new. @returns how many events there were */
  private async read(take: (event: LogEvent, line: string) => void): Promise<number> {
    const { aws } = this.parts.options;
    const { signal } = this.request;
    const from = this.told.fromMs;
    let count = 0;
    for (let token: string | undefined; ;) {
      const { events, next } = await filterLog(aws, this.source, { from, token, signal });
      // Where the prefix is not honoured, other streams come too.
      const own = events.filter(({ stream }) => stream.startsWith(this.source.prefix));
      await this.learn(own);
      const fresh = own.filter((event) => this.isWanted(this.idOf(event.stream)) && this.told.take(event));
      for (const event of fresh.sort((one, other) => one.at - other.at))
        for (const line of linesOf(event.message)) take(event, line);
      count += fresh.length;
      if (next === undefined || next === token) return count;
      token = next;
    }
  }

  /** Tasks that run, then those that ended in the last hour, newest first. */
  private async recent(): Promise<readonly RunningTask[]> {
    const { api } = this.parts;
    const { signal } = this.request;
    const [running, ended] = await Promise.all([
      serviceTasks(this.parts, signal),
      api.listTasks('STOPPED', signal).then((arns) => api.describeTasks(arns, signal)),
    ]);
    const stoppedMs = ({ stoppedAt, stoppingAt, createdAt }: Task) =>
      (stoppedAt ?? stoppingAt ?? createdAt)?.getTime() ?? 0;
    const newest = [...ended].sort((one, other) => stoppedMs(other) - stoppedMs(one));
    return [...running, ...newest].map((task) => this.note(task));
  }

  private note(task: Task): RunningTask {
    const seen = runningTask(task, this.container);
    this.known.set(seen.id, seen);
    return seen;
  }

  /** Asks the platform for tasks that were not there before. */
  private async learn(events: readonly LogEvent[]): Promise<void> {
    const ids = new Set(events.map(({ stream }) => this.idOf(stream)));
    const unknown = [...ids].filter((id) => !this.known.has(id) && !this.foreign.has(id));
    if (unknown.length === 0) return;
    const { api, scope } = this.parts;
    const group = `service:${scope.service.split('/').at(-1)}`;
    const tasks = await api.describeTasks(unknown, this.request.signal);
    for (const task of tasks) {
      if (task.group === undefined || task.group === group) this.note(task);
      else this.foreign.add(taskId(task));
    }
    const found = new Set(tasks.map(taskId));
    // The platform forgets tasks after an hour: whose they were nobody can tell, but by whose name they logged.
    for (const id of unknown.filter((one) => !found.has(one)))
      this.known.set(id, { id, revision: '', status: 'stopped' });
  }

  private isWanted(id: string): boolean {
    const { task, wanted } = this.request;
    if (task !== undefined) return id.startsWith(task);
    const known = this.known.get(id);
    return known !== undefined && (wanted === undefined || (known.revision !== '' && wanted(known)));
  }

  private tell(stream: string, at: number, line: string): void {
    this.request.tell({ task: this.idOf(stream), at, line });
  }

  private idOf(stream: string): string {
    return stream.slice(this.source.prefix.length);
  }

  private now(): number {
    return this.parts.options.clock.now().getTime();
  }

  private nothing(): StackError {
    const { options, scope } = this.parts;
    const { task, wanted } = this.request;
    const which = task === undefined && wanted === undefined ? '' : ' that fits';
    return new StackError('TASK_NONE', `no task of ${options.name}${which} runs, or ended in the last hour`, {
      where: `service ${scope.service}, environment ${scope.environment}`,
      next: `node runner logs --env ${scope.environment} --target ${options.name} --since 1d reads what earlier ones said.`,
    });
  }
}
