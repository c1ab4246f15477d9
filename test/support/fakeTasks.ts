import type { RunTaskCommandInput, Task } from '../../runner/src/adapters/aws/ecs.js';
import type { EcsTasks } from '../../runner/src/adapters/aws/ecsTasks.js';
import type { Clock } from '../../runner/src/base/ports.js';

const ARN = 'arn:aws:ecs:eu-west-1:111111111111:';

/** How a task goes on the fake platform, in milliseconds after RunTask. */
export interface TaskCourse {
  /** When it ends by itself, never where undefined; and how. */
  readonly endsMs?: number;
  readonly exitCode?: number;
  /** How long it takes to obey StopTask. */
  readonly obeysMs?: number;
}

interface Running {
  readonly task: Task;
  readonly atMs: number;
  readonly course: TaskCourse;
  stoppedMs?: number;
}

/** Tasks that belong to no service; each follows a script. */
export class FakeTasks implements EcsTasks {
  readonly calls: string[] = [];
  readonly started: RunTaskCommandInput[] = [];
  course: TaskCourse = { endsMs: 2000, exitCode: 0 };
  /** Why RunTask finds no place. */
  refused: string | undefined;
  failStop: Error | undefined;
  private readonly running: Running[] = [];

  /** @param tell told of each call, to hold them against those of other parts */
  constructor(
    private readonly clock: Clock,
    private readonly tell: (call: string) => void = () => undefined,
  ) {}

  async run(input: RunTaskCommandInput) {
    this.count('RunTask');
    this.started.push(input);
    if (this.refused !== undefined) return { refused: this.refused };
    return { task: this.view(this.begin(input)) };
  }

  /** A task that another process started. */
  leave(input: Partial<RunTaskCommandInput>, course: TaskCourse = this.course): Task {
    this.course = course;
    return this.view(this.begin({ taskDefinition: `${ARN}task-definition/web:2`, ...input }));
  }

  async describe(arn: string, signal?: AbortSignal) {
    signal?.throwIfAborted();
    this.count('DescribeTasks');
    const found = this.running.find(({ task }) => task.taskArn === arn);
    return found === undefined ? undefined : this.view(found);
  }

  async stop(arn: string) {
    this.count('StopTask');
    if (this.failStop !== undefined) throw this.failStop;
    const found = this.running.find(({ task }) => task.taskArn === arn);
    if (found !== undefined) found.stoppedMs ??= this.now();
  }

  async ofFamily(family: string, desired: 'RUNNING' | 'STOPPED', signal?: AbortSignal) {
    signal?.throwIfAborted();
    this.count(`ListTasks ${desired}`);
    return this.running
      .map((one) => this.view(one))
      .filter((task) => task.desiredStatus === desired && task.taskDefinitionArn?.includes(`/${family}:`));
  }

  private begin(input: RunTaskCommandInput): Running {
    const task: Task = {
      taskArn: `${ARN}task/main/migration-${this.running.length + 1}`,
      taskDefinitionArn: input.taskDefinition,
      startedBy: input.startedBy,
      startedAt: this.clock.now(),
    };
    const running = { task, atMs: this.now(), course: this.course };
    this.running.push(running);
    return running;
  }

  private view({ task, atMs, course, stoppedMs }: Running): Task {
    const elapsedMs = this.now() - atMs;
    const byItself = course.endsMs !== undefined && elapsedMs >= course.endsMs;
    const obeyed = stoppedMs !== undefined && this.now() - stoppedMs >= (course.obeysMs ?? 0);
    if (!byItself && !obeyed) {
      const desiredStatus = stoppedMs === undefined ? 'RUNNING' : 'STOPPED';
      const lastStatus = elapsedMs < 1500 ? 'PROVISIONING' : 'RUNNING';
      return { ...task, lastStatus, desiredStatus, containers: [{ name: 'web', lastStatus: 'RUNNING' }] };
    }
    return {
      ...task,
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      stopCode: byItself ? 'EssentialContainerExited' : 'UserInitiated',
      stoppedReason: byItself ? 'Essential container in task exited' : 'stopped by somebody',
      stoppedAt: new Date(atMs + (course.endsMs ?? elapsedMs)),
      containers: [{ name: 'web', lastStatus: 'STOPPED', exitCode: byItself ? (course.exitCode ?? 0) : 143 }],
    };
  }

  private count(call: string): void {
    this.calls.push(call);
    this.tell(call);
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
