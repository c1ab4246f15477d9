import { expect } from 'chai';
import { createEcsApi, type TaskDefinition } from '../../../../../../runner/src/adapters/aws/ecs.js';
import type { LogLine, LogRequest } from '../../../../../../runner/src/context/operations.js';
import { serviceLogs } from '../../../../../../runner/src/delivery/targets/ecs/operate/logs.js';
import type { EcsParts } from '../../../../../../runner/src/delivery/targets/ecs/operate/parts.js';
import { ecsServiceSchema } from '../../../../../../runner/src/delivery/targets/ecs/schema.js';
import { StackError } from '../../../../../../runner/src/base/errors.js';
import { fakeAws, sdkError } from '../../../../../support/fakeAws.js';
import { rejection } from '../../../../../support/rejection.js';
import { VirtualClock } from '../../../../../support/virtualClock.js';

const AWSLOGS = {
  logDriver: 'awslogs',
  options: { 'awslogs-group': '/ecs/web', 'awslogs-stream-prefix': 'app' },
} as const;
const ids = { one: 'a'.repeat(32), two: 'b'.repeat(32), late: 'c'.repeat(32), migration: 'd'.repeat(32) };

interface Event {
  readonly id: string;
  readonly task: string;
  readonly at: number;
  readonly shows: number;
  readonly message: string;
}

/** A log group that shows events a while after they were written, and a reader on virtual time. */
class LogWorld {
  readonly clock = new VirtualClock();
  readonly start = this.clock.now().getTime();
  readonly events: Event[] = [];
  readonly told: LogLine[] = [];
  readonly notes: string[] = [];
  readonly stop = new AbortController();
  readonly groups = new Map([
    [ids.one, 'service:web'],
    [ids.two, 'service:web'],
    [ids.migration, 'family:web'],
  ]);
  /** What a reading fails with, by its number. */
  readonly failures = new Map<number, Error>();
  readings = 0;
  pageSize = 2;
  logConfiguration: object | undefined = AWSLOGS;

  /** @param at seconds from the start */
  write(task: string, at: number, message: string, late = 0): void {
    const time = this.start + at * 1000;
    const shows = time + late * 1000;
    this.events.push({ id: String(this.events.length), task, at: time, shows, message });
  }

  async read(request: Partial<LogRequest> = {}, untilSeconds = 0): Promise<void> {
    if (untilSeconds > 0) void this.clock.sleep(untilSeconds * 1000).then(() => this.stop.abort());
    await serviceLogs(this.parts(), {
      lines: 100,
      follow: untilSeconds > 0,
      signal: this.stop.signal,
      tell: (line) => void this.told.push(line),
      note: (message) => void this.notes.push(message),
      ...request,
    });
  }

  get lines(): readonly string[] {
    return this.told.map(({ task, line }) => `${task[0]} ${line}`);
  }

  private visible(): readonly Event[] {
    const now = this.clock.now().getTime();
    return [...this.events].filter(({ shows }) => shows <= now).sort((one, other) => one.at - other.at);
  }

  private parts(): EcsParts {
    const described = (id: string) => ({
      taskArn: `arn:aws:ecs:eu-west-1:1:task/main/${id}`,
      taskDefinitionArn: `arn:aws:ecs:eu-west-1:1:task-definition/web:${id === ids.two ? 8 : 7}`,
      group: this.groups.get(id),
      lastStatus: 'RUNNING',
      containers: [{ name: 'web' }],
    });
    const aws = fakeAws({
      'ecs:ListTasks': ({ desiredStatus }) => ({
        taskArns: desiredStatus === 'STOPPED' ? [] : [ids.one, ids.two].map((id) => described(id).taskArn),
      }),
      'ecs:DescribeTasks': ({ tasks }) => ({
        tasks: (tasks as string[])
          .map((arn) => arn.split('/').at(-1) as string)
          .filter((id) => this.groups.has(id))
          .map(described),
      }),
      'logs:GetLogEvents': ({ logStreamName, limit, nextToken }) => {
        const found = this.visible().filter(({ task }) => logStreamName === `app/web/${task}`);
        const events = nextToken === undefined ? found.slice(-(limit as number)) : [];
        return {
          events: events.map(({ at, message }) => ({ timestamp: at, message })),
          nextBackwardToken: 'start',
        };
      },
      'logs:FilterLogEvents': ({ startTime, nextToken }) => {
        this.readings += 1;
        const failure = this.failures.get(this.readings);
        if (failure !== undefined) throw failure;
        const all = this.visible().filter(({ at }) => at >= (startTime as number));
        const from = Number(nextToken ?? 0);
        const to = from + this.pageSize;
        return {
          events: all.slice(from, to).map(({ id, task, at, message }) => ({
            eventId: id,
            logStreamName: `app/web/${task}`,
            timestamp: at,
            message,
          })),
          ...(to < all.length ? { nextToken: String(to) } : {}),
        };
      },
    });
    const scope = { cluster: 'main', service: 'web', environment: 'staging' };
    const config = ecsServiceSchema.parse({
      kind: 'ecs-service',
      cluster: 'main',
      service: 'web',
      image: 'web',
    });
    const definition = {
      family: 'web',
      containerDefinitions: [{ name: 'web', logConfiguration: this.logConfiguration }],
    } as TaskDefinition;
    return {
      scope,
      api: createEcsApi(aws, scope),
      reader: { read: async () => ({ service: {}, definition, tags: [] }) },
      options: { name: 'web', config, aws, clock: this.clock },
    } as unknown as EcsParts;
  }
}

describe('the log of a service', () => {
  let world: LogWorld;
  beforeEach(() => (world = new LogWorld()));

  it('ends with the last lines of all its tasks, in the order of time', async () => {
    world.write(ids.one, -30, 'first');
    world.write(ids.two, -20, 'second\nof two lines\n');
    world.write(ids.one, -10, 'third');
    world.write(ids.migration, -5, 'not of the service');
    await world.read({ lines: 3 });
    expect(world.lines).to.deep.equal(['b second', 'b of two lines', 'a third']);
  });

  it('is shown from a moment on, page by page, and only of a revision where one is named', async () => {
    for (let at = -9; at < 0; at += 1) world.write(at % 2 === 0 ? ids.one : ids.two, at, String(at));
    await world.read({ sinceMs: world.start - 6000, lines: undefined });
    expect(world.lines).to.deep.equal(['a -6', 'b -5', 'a -4', 'b -3', 'a -2', 'b -1']);
    world.told.length = 0;
    await world.read({
      sinceMs: world.start - 9000,
      lines: 2,
      wanted: ({ revision }) => revision === 'web:8',
    });
    expect(world.lines).to.deep.equal(['b -3', 'b -1']);
  });

  it('goes on with what comes: each line once, also those that arrive late and those of new tasks', async () => {
    world.write(ids.one, -1, 'told from the end');
    world.write(ids.one, 2, 'two');
    world.write(ids.two, 3, 'three, late', 12);
    world.write(ids.one, 9, 'nine');
    world.write(ids.migration, 10, 'a migration');
    world.write(ids.late, 11, 'a new task');
    world.groups.set(ids.late, 'service:web');
    await world.read({}, 40);
    expect(world.lines).to.deep.equal([
      'a told from the end',
      'a two',
      'a nine',
      'c a new task',
      'b three, late',
    ]);
  });

  it('takes up a lost connection where it broke, and loses nothing', async () => {
    for (let at = 1; at <= 60; at += 1) world.write(ids.one, at, String(at));
    const lost = () =>
      Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
    for (const reading of [4, 5, 6, 30]) world.failures.set(reading, lost());
    await world.read({}, 120);
    expect(world.lines).to.deep.equal(Array.from({ length: 60 }, (_, at) => `a ${at + 1}`));
    expect(world.notes.filter((note) => note.includes('tried again in'))).to.have.lengthOf(4);
    expect(world.notes.filter((note) => note.includes('goes on where it stopped'))).to.have.lengthOf(2);
  });

  it('ends where it may not be read, and where its group is not there', async () => {
    world.failures.set(1, sdkError('AccessDeniedException', 'no'));
    await rejection(world.read({}, 10), 'AWS_ACCESS_DENIED');
    world = new LogWorld();
    world.failures.set(1, sdkError('ResourceNotFoundException', 'The specified log group does not exist.'));
    const error = await rejection(world.read({ sinceMs: 0 }), 'LOG_UNREADABLE');
    expect(error.message).to.equal('there is no log group /ecs/web');
  });

  for (const [logConfiguration, words] of [
    [undefined, 'web has no log driver: what it prints is kept nowhere'],
    [{ logDriver: 'awsfirelens' }, 'web logs by awsfirelens, which cannot be read from here'],
    [
      { logDriver: 'awslogs', options: { 'awslogs-group': '/ecs/web' } },
      'the log streams of web have no prefix, so that nothing tells which task wrote them',
    ],
  ] as const) {
    it(`says why it cannot be read: ${words}`, async () => {
      world.logConfiguration = logConfiguration;
      const error = await rejection(world.read(), 'LOG_UNREADABLE');
      expect(error).to.be.instanceOf(StackError);
      expect(error.message).to.equal(words);
    });
  }
});
