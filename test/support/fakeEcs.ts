import type { Deployment, ServiceEvent } from '@aws-sdk/client-ecs';
import type {
  EcsApi,
  RegisterTaskDefinitionCommandInput,
  Service,
  Tag,
  Task,
  TaskDefinition,
} from '../../runner/src/adapters/aws/ecs.js';
import type { Clock } from '../../runner/src/base/ports.js';

const ARN = 'arn:aws:ecs:eu-west-1:111111111111:task-definition/';

/** How a rollout goes on the fake platform, in milliseconds after UpdateService. */
export interface Course {
  /** When the new tasks run; never where undefined. */
  readonly runningMs?: number;
  /** When the old ones are gone and the deployment counts as completed. */
  readonly completedMs?: number;
  /** When a new task ends by itself. */
  readonly crashedMs?: number;
  /** When the circuit breaker gives up; `back`: and goes back to what ran before. */
  readonly brokenMs?: number;
  readonly back?: boolean;
  /** When somebody else deploys. */
  readonly overtakenMs?: number;
  /** Views of the service that are from before the change, right after it. */
  readonly stale?: number;
}

interface Move {
  readonly id: number;
  readonly before: Service;
  readonly beforeMs: number;
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly course: Course;
}

/** An ECS service whose rollouts follow a script; counts calls as AWS would. */
export class FakeEcs implements EcsApi {
  readonly calls: string[] = [];
  readonly registered: RegisterTaskDefinitionCommandInput[] = [];
  readonly definitions = new Map<string, TaskDefinition>();
  service: Partial<Service> = {};
  tags: Tag[] = [];
  /** Those of a revision, where it has others. */
  readonly tagsOf = new Map<number, Tag[]>();
  desired = 2;
  /** How many of the new tasks do not run any more. */
  missing = 0;
  /** Tasks that ended before all this; they are listed first. */
  ended: Task[] = [];
  /** More tasks of what ran first, which run until it is gone. */
  crowd = 0;
  /** Whether its messages name the tasks that it started, as those of AWS do. */
  namesTasks = true;
  /** The courses of the next moves; the last one stays. */
  courses: Course[] = [{ runningMs: 1000, completedMs: 2000 }];
  private readonly later: { readonly ms: number; readonly what: () => void }[] = [];
  private move: Move | undefined;
  private stale = 0;
  private current: string;

  constructor(
    private readonly clock: Clock,
    definition: TaskDefinition,
  ) {
    this.current = this.add(definition);
  }

  get runs(): string {
    return this.current.slice(ARN.length);
  }

  private add(definition: TaskDefinition): string {
    const revision = this.definitions.size + 1;
    const taskDefinitionArn = `${ARN}${definition.family}:${revision}`;
    this.definitions.set(taskDefinitionArn, { ...definition, taskDefinitionArn, revision });
    return taskDefinitionArn;
  }

  async describeService(signal?: AbortSignal): Promise<Service> {
    this.count('DescribeServices', signal);
    if (this.stale > 0 && this.move !== undefined) {
      this.stale -= 1;
      return this.move.before;
    }
    return this.view();
  }

  async describeTaskDefinition(arn: string, signal?: AbortSignal) {
    this.count('DescribeTaskDefinition', signal);
    const found = this.definitions.get(arn) ?? this.revision(arn);
    return { definition: found as TaskDefinition, tags: this.tagsOf.get(found?.revision ?? 0) ?? this.tags };
  }

  /** `FAMILY:REVISION`, or the newest one of `FAMILY`. */
  private revision(name: string): TaskDefinition | undefined {
    const [family, revision] = name.split(':');
    return [...this.definitions.values()].findLast(
      (one) => one.family === family && (revision === undefined || `${one.revision}` === revision),
    );
  }

  async register(input: RegisterTaskDefinitionCommandInput, signal?: AbortSignal): Promise<string> {
    this.count('RegisterTaskDefinition', signal);
    this.registered.push(input);
    const arn = this.add(input);
    this.tagsOf.set(this.definitions.get(arn)?.revision ?? 0, [...(input.tags ?? [])]);
    return arn;
  }

  async update(
    change: { taskDefinition: string; force: boolean; count?: number | undefined },
    signal?: AbortSignal,
  ): Promise<Service> {
    this.count(change.force ? 'UpdateService --force' : 'UpdateService', signal);
    const course = (this.courses.length > 1 ? this.courses.shift() : this.courses[0]) as Course;
    this.move = {
      id: (this.move?.id ?? 0) + 1,
      before: this.view(),
      beforeMs: this.move?.atMs ?? 0,
      atMs: this.clock.now().getTime(),
      from: this.current,
      to: change.taskDefinition,
      course,
    };
    this.stale = course.stale ?? 0;
    this.current = change.taskDefinition;
    this.desired = change.count ?? this.desired;
    return this.view();
  }

  async listTasks(desired: 'RUNNING' | 'STOPPED', signal?: AbortSignal): Promise<readonly string[]> {
    this.count(`ListTasks ${desired}`, signal);
    return this.tasks()
      .filter((task) => task.desiredStatus === desired)
      .map((task) => task.taskArn as string);
  }

  async describeTasks(arns: readonly string[], signal?: AbortSignal): Promise<readonly Task[]> {
    if (arns.length === 0) return [];
    this.count('DescribeTasks', signal);
    return this.tasks().filter(({ taskArn = '' }) =>
      arns.some((one) => taskArn === one || taskArn.endsWith(`/${one}`)),
    );
  }

  async instanceIds(arns: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
    if (arns.length === 0) return new Map();
    this.count('DescribeContainerInstances', signal);
    return new Map(arns.map((arn) => [arn, `i-${arn.split('/').at(-1)}`]));
  }

  /** The next views are from before the last move. */
  forgetNext(views: number): void {
    this.stale = views;
  }

  /** Milliseconds since the last move. */
  get passedMs(): number {
    return this.elapsed();
  }

  /** Something happens to the platform so long after the last move. */
  after(ms: number, what: () => void): void {
    this.later.push({ ms, what });
  }

  private count(call: string, signal: AbortSignal | undefined): void {
    signal?.throwIfAborted();
    this.calls.push(call);
    // Nobody sees it before the next call.
    const due = this.move === undefined ? [] : this.later.filter(({ ms }) => this.passed(ms));
    for (const one of due) {
      this.later.splice(this.later.indexOf(one), 1);
      one.what();
    }
  }

  private elapsed(): number {
    return this.move === undefined ? Infinity : this.clock.now().getTime() - this.move.atMs;
  }

  private passed(ms: number | undefined): boolean {
    return ms !== undefined && this.elapsed() >= ms;
  }

  /** Whether the old tasks of the last rollout are gone. */
  drained(): boolean {
    return this.passed(this.move?.course.completedMs);
  }

  private view(): Service {
    const move = this.move;
    const base = {
      status: 'ACTIVE',
      desiredCount: this.desired,
      runningCount: this.desired,
      events: this.events(),
      ...this.service,
    };
    const one = (
      status: string,
      taskDefinition: string,
      runningCount: number,
      rolloutState: Deployment['rolloutState'],
      nth = move?.id ?? 0,
      atMs = move?.atMs ?? 0,
    ): Deployment => ({
      id: `ecs-svc/${nth}`,
      status,
      taskDefinition,
      runningCount,
      // One that has crashed is not there for a while.
      pendingCount:
        rolloutState !== 'IN_PROGRESS' || this.passed(move?.course.crashedMs)
          ? 0
          : Math.max(0, this.desired - runningCount),
      rolloutState,
      desiredCount: this.desired,
      createdAt: new Date(atMs),
    });
    if (move === undefined) {
      return {
        ...base,
        taskDefinition: this.current,
        deployments: [one('PRIMARY', this.current, this.desired, 'COMPLETED')],
      };
    }
    const { course, from, to, id, beforeMs, atMs } = move;
    const before = (status: string) => one(status, from, this.desired, 'COMPLETED', id - 1, beforeMs);
    if (this.passed(course.overtakenMs)) {
      const other = `${ARN}other:9`;
      this.current = other;
      return {
        ...base,
        taskDefinition: other,
        deployments: [one('PRIMARY', other, 0, 'IN_PROGRESS', id + 100, atMs + 1)],
      };
    }
    if (this.passed(course.brokenMs) && course.back === true) {
      this.current = from;
      const failed = {
        ...one('ACTIVE', to, 0, 'FAILED'),
        rolloutStateReason: 'circuit breaker was triggered',
      };
      return {
        ...base,
        taskDefinition: from,
        deployments: [failed, one('PRIMARY', from, this.desired, 'COMPLETED', id + 100, atMs + 1)],
      };
    }
    if (this.passed(course.brokenMs)) {
      const failed = {
        ...one('PRIMARY', to, 0, 'FAILED'),
        rolloutStateReason: 'circuit breaker was triggered',
      };
      return {
        ...base,
        taskDefinition: to,
        deployments: [failed, before('ACTIVE')],
      };
    }
    const running = this.passed(course.runningMs) ? Math.max(0, this.desired - this.missing) : 0;
    const done = this.passed(course.completedMs);
    const deployments = [one('PRIMARY', to, running, done ? 'COMPLETED' : 'IN_PROGRESS')];
    if (!done && from !== to) deployments.push(before('ACTIVE'));
    return { ...base, taskDefinition: to, deployments };
  }

  /** What it says about itself, the newest first. */
  private events(): ServiceEvent[] {
    if (!this.namesTasks) return [];
    const { move } = this;
    const started = (tasks: readonly string[], atMs: number): ServiceEvent => ({
      createdAt: new Date(atMs),
      message: `(service web) has started ${tasks.length} tasks: ${tasks.map((id) => `(task ${id})`).join(' ')}.`,
    });
    const first = started(['old-1', 'old-2'].slice(0, this.desired), 0);
    if (move === undefined || !this.passed(move.course.runningMs)) return [first];
    return [started(['new-1', 'new-2'].slice(0, this.desired), move.atMs), first];
  }

  private tasks(): Task[] {
    const { move } = this;
    if (move === undefined) return [...this.ended, ...this.first()];
    const createdAt = new Date(move.atMs);
    const crashed = this.passed(move.course.crashedMs);
    const task = (id: string, arn: string, address: string) => this.task(id, arn, address, createdAt);
    const stopped = (one: Task, over: Partial<Task>): Task => ({
      ...one,
      desiredStatus: 'STOPPED',
      lastStatus: 'STOPPED',
      ...over,
    });
    const first = task('new-1', move.to, '10.0.0.1');
    const fresh = [
      crashed
        ? stopped(first, {
            stopCode: 'EssentialContainerExited',
            stoppedReason: 'Essential container in task exited',
            stoppedAt: new Date(move.atMs + (move.course.crashedMs ?? 0)),
            containers: [{ name: 'web', exitCode: 3 }],
          })
        : first,
      task('new-2', move.to, '10.0.0.2'),
    ];
    const old = [
      ...Array.from({ length: this.crowd }, (_, index) => task(`old-crowd-${index}`, move.from, '10.0.0.8')),
      task('old-1', move.from, '10.0.0.8'),
      task('old-2', move.from, '10.0.0.9'),
    ];
    const drained = this.passed(move.course.completedMs);
    const stop = {
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: 'Scaling activity initiated by deployment',
    } as const;
    const scaledIn = (one: Task, index: number): Task =>
      index < this.desired || one.lastStatus === 'STOPPED' ? one : stopped(one, stop);
    return [
      ...this.ended,
      ...old.map((one) => (drained ? stopped(one, stop) : one)),
      ...(this.passed(move.course.runningMs) || crashed ? fresh.map(scaledIn) : []),
    ];
  }

  /** What runs before any move. */
  private first(): Task[] {
    const old = ['10.0.0.8', '10.0.0.9'].slice(0, this.desired);
    return old.map((address, index) => this.task(`old-${index + 1}`, this.current, address, new Date(0)));
  }

  private task(id: string, taskDefinitionArn: string, address: string, createdAt: Date): Task {
    return {
      taskArn: `arn:aws:ecs:eu-west-1:111111111111:task/main/${id}`,
      taskDefinitionArn,
      desiredStatus: 'RUNNING',
      lastStatus: 'RUNNING',
      createdAt,
      startedAt: createdAt,
      attachments: [{ details: [{ name: 'privateIPv4Address', value: address }] }],
      containers: [{ name: 'web' }],
    };
  }
}
