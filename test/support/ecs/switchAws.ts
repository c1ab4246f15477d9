import { ECSClient, type TaskDefinition } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Readable } from 'node:stream';
import { createCall, CallCounter } from '../../../runner/src/adapters/aws/call.js';
import type { AwsClients } from '../../../runner/src/adapters/aws/clients.js';
import { createRetryStrategy } from '../../../runner/src/adapters/aws/retries.js';
import { sdk } from '../../../runner/src/adapters/aws/sdk.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import type { Clock } from '../../../runner/src/base/ports.js';
import { fakeAws } from '../fakeAws.js';
import type { Fault } from './nativeAws.js';

// Loading takes real time, in which a virtual clock would go on.
await Promise.all([sdk.ecs(), sdk.elb(), sdk.logs(), sdk.scaling()]);

export type Colour = 'blue' | 'green';
const ACCOUNT = 'arn:aws:ecs:eu-west-1:111111111111';
const TARGET = 'AmazonEC2ContainerServiceV20141113.';
/** How long new tasks take until they run, and old ones until they are gone. */
const STARTS_MS = 2000;
const CHANGES = new Set(['RegisterTaskDefinition', 'UpdateService', 'ModifyRule']);

type Input = Record<string, unknown>;

interface Service {
  readonly name: string;
  taskDefinition: string;
  desired: number;
  /** What ran before the last change, and until when. */
  before: { readonly taskDefinition: string; readonly desired: number };
  changedMs: number;
  changes: number;
}

/**
 * Two services of ECS behind one rule, behind the SDK's own requests and answers. Tasks start and stop by the clock; a
 * task that runs is a healthy target of its colour's group.
 */
export class SwitchAws {
  readonly definitions = new Map<string, TaskDefinition>();
  readonly services: Record<Colour, Service>;
  /** Weights by group, of the rule and of the test rule. */
  readonly rules: Record<string, Record<string, number>> = {
    'arn:rule': { 'arn:blue': 1 },
    'arn:test': { 'arn:green': 1 },
  };
  /** Actions in order, retries included. */
  readonly asked: { readonly action: string; readonly input: Input }[] = [];
  /** Moments at which requests went to a group without healthy targets, in words. */
  readonly outages: string[] = [];
  readonly scaling = new Map<string, { min: number; max: number; isSuspended: boolean }>();
  /** Colours whose tasks are there and do not answer. */
  readonly sick = new Set<Colour>();
  /** Says what becomes of the nth request of all. */
  fault: (action: string, nth: number) => Fault = () => undefined;

  constructor(
    private readonly clock: Clock,
    definition: TaskDefinition,
  ) {
    const taskDefinition = this.register(definition);
    const service = (name: string, desired: number): Service => {
      return { name, taskDefinition, desired, before: { taskDefinition, desired }, changedMs: 0, changes: 0 };
    };
    this.services = { blue: service('web-blue', 2), green: service('web-green', 0) };
  }

  /** Percent of requests by colour. */
  percents(rule = 'arn:rule'): Record<Colour, number> {
    const weights = this.rules[rule] as Record<string, number>;
    const all = Object.values(weights).reduce((sum, one) => sum + one, 0);
    const percent = (colour: Colour) => Math.round((100 * (weights[`arn:${colour}`] ?? 0)) / all);
    return { blue: percent('blue'), green: percent('green') };
  }

  /** `blue: web:1 × 2` of each colour. */
  runs(): readonly string[] {
    return (['blue', 'green'] as const).map((colour) => {
      const { taskDefinition, desired } = this.services[colour];
      return `${colour}: ${taskDefinition.slice(taskDefinition.lastIndexOf('/') + 1)} × ${desired}`;
    });
  }

  /** A service is told to run something, by whomever. */
  update(colour: Colour, { taskDefinition, desired }: { taskDefinition?: string; desired?: number }): void {
    const service = this.services[colour];
    const isSame =
      (taskDefinition ?? service.taskDefinition) === service.taskDefinition &&
      (desired ?? service.desired) === service.desired;
    if (isSame) return;
    service.before = { taskDefinition: service.taskDefinition, desired: this.running(service).length };
    service.changedMs = this.nowMs();
    service.changes += 1;
    service.taskDefinition = taskDefinition ?? service.taskDefinition;
    service.desired = desired ?? service.desired;
  }

  register(input: TaskDefinition): string {
    const taskDefinitionArn = `${ACCOUNT}:task-definition/${input.family}:${this.definitions.size + 1}`;
    this.definitions.set(taskDefinitionArn, { ...input, taskDefinitionArn });
    return taskDefinitionArn;
  }

  /**
   * @param step waited for after each change that was carried out, before its answer: a process that is killed there never
   * gets it
   */
  clients(step: () => Promise<void> = async () => undefined): AwsClients {
    const fake = fakeAws({
      'application-autoscaling:DescribeScalableTargets': ({ ResourceIds }) => ({
        ScalableTargets: [...this.scaling]
          .filter(([id]) => (ResourceIds as string[]).includes(id))
          .map(([ResourceId, { min, max, isSuspended }]) => ({
            ...{ ResourceId, MinCapacity: min, MaxCapacity: max },
            SuspendedState: {
              DynamicScalingInSuspended: isSuspended,
              DynamicScalingOutSuspended: isSuspended,
              ScheduledScalingSuspended: isSuspended,
            },
          })),
      }),
      'application-autoscaling:RegisterScalableTarget': ({
        ResourceId,
        MinCapacity: min,
        MaxCapacity: max,
        SuspendedState,
      }) => {
        const isSuspended = (SuspendedState as Record<string, boolean>)['DynamicScalingInSuspended'] === true;
        this.scaling.set(String(ResourceId), { min: Number(min), max: Number(max), isSuspended });
        return {};
      },
      'logs:GetLogEvents': () => ({ events: [] }),
    });
    const settings = {
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test-secret' },
      retryStrategy: createRetryStrategy(() => 0),
    };
    const handler = (serve: (request: WireRequest) => unknown) => {
      const handle = async (request: WireRequest) => {
        const answered = serve(request);
        if (CHANGES.has(this.asked.at(-1)?.action ?? '')) await step();
        return answered;
      };
      return { ...settings, requestHandler: { handle } as never };
    };
    const ecs = new ECSClient(handler((request) => this.ofEcs(request)));
    const elb = new ElasticLoadBalancingV2Client(handler((request) => this.ofElb(request)));
    const call = createCall(new CallCounter(), new SecretRegistry());
    const isOurs = (one: unknown) => one === ecs || one === elb;
    return {
      ...fake,
      ecs: async () => ecs,
      elb: async () => elb,
      call: (one, command, what) => (isOurs(one) ? call : fake.call)(one, command, what),
    };
  }

  private ofEcs({ headers, body }: WireRequest) {
    const action = (headers['x-amz-target'] ?? '').slice(TARGET.length);
    const input = JSON.parse(Buffer.from(body as string).toString()) as Input;
    return this.serve(
      action,
      input,
      () => json(200, this.answerEcs(action, input)),
      () => json(400, { __type: 'ThrottlingException', message: 'Rate exceeded' }),
    );
  }

  private ofElb({ body }: WireRequest) {
    const form = new URLSearchParams(Buffer.from(body as string).toString());
    const action = form.get('Action') ?? '';
    const input = Object.fromEntries(form);
    return this.serve(
      action,
      input,
      () => xml(200, `${action}Response`, { [`${action}Result`]: this.answerElb(action, input) }),
      () =>
        xml(400, 'ErrorResponse', {
          Error: { Type: 'Sender', Code: 'Throttling', Message: 'Rate exceeded' },
        }),
    );
  }

  private serve<T>(action: string, input: Input, answer: () => T, throttled: () => T): T {
    this.asked.push({ action, input });
    const nth = this.asked.length;
    const fault = this.fault(action, nth);
    if (fault === 'throttle') return throttled();
    const answered = answer();
    this.look(`after ${action}`);
    if (fault === 'lose') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    return answered;
  }

  /** Requests go where nobody answers: that is what must never be. */
  private look(when: string): void {
    const percents = this.percents();
    for (const colour of ['blue', 'green'] as const)
      if (percents[colour] > 0 && this.running(this.services[colour]).length === 0)
        this.outages.push(`${colour} gets ${percents[colour]} % ${when}, and has no task`);
  }

  private answerEcs(action: string, input: Input): unknown {
    switch (action) {
      case 'DescribeServices':
        return { services: (input['services'] as string[]).map((name) => this.view(this.named(name))) };
      case 'DescribeTaskDefinition':
        return { taskDefinition: this.definitions.get(String(input['taskDefinition'])), tags: [] };
      case 'RegisterTaskDefinition':
        return { taskDefinition: { taskDefinitionArn: this.register(input) } };
      case 'UpdateService': {
        const service = this.named(String(input['service']));
        const colour = service === this.services.blue ? 'blue' : 'green';
        const { taskDefinition, desiredCount } = input as { taskDefinition?: string; desiredCount?: number };
        this.update(colour, {
          ...(taskDefinition === undefined ? {} : { taskDefinition }),
          ...(desiredCount === undefined ? {} : { desired: desiredCount }),
        });
        return { service: this.view(service) };
      }
      case 'ListTasks': {
        const running =
          input['desiredStatus'] === 'RUNNING' ? this.tasks(this.named(String(input['serviceName']))) : [];
        return { taskArns: running.map(({ taskArn }) => taskArn) };
      }
      case 'DescribeTasks': {
        const all = Object.values(this.services).flatMap((service) => this.tasks(service));
        const asked = (input['tasks'] as string[]).map((arn) => arn.slice(arn.lastIndexOf('/') + 1));
        return {
          tasks: all.filter(({ taskArn }) => asked.includes(taskArn.slice(taskArn.lastIndexOf('/') + 1))),
        };
      }
      default:
        throw new Error(`the test expects no ${action}`);
    }
  }

  private answerElb(action: string, input: Input): unknown {
    const rule = (arn: string) => ({
      RuleArn: arn,
      Actions: [
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: Object.entries(this.rules[arn] ?? {}).map(([TargetGroupArn, Weight]) => {
              return { TargetGroupArn, Weight };
            }),
          },
        },
      ],
    });
    switch (action) {
      case 'DescribeRules':
        return { Rules: [rule(String(input['RuleArns.member.1']))] };
      case 'ModifyRule': {
        const arn = String(input['RuleArn']);
        const group = (nth: number) => `Actions.member.1.ForwardConfig.TargetGroups.member.${nth}`;
        this.rules[arn] = Object.fromEntries(
          [1, 2]
            .filter((nth) => input[`${group(nth)}.TargetGroupArn`] !== undefined)
            .map((nth) => [input[`${group(nth)}.TargetGroupArn`], Number(input[`${group(nth)}.Weight`])]),
        ) as Record<string, number>;
        return { Rules: [rule(arn)] };
      }
      case 'DescribeTargetHealth': {
        const colour = String(input['TargetGroupArn']).slice(4) as Colour;
        const State = this.sick.has(colour) ? 'unhealthy' : 'healthy';
        return {
          TargetHealthDescriptions: this.running(this.services[colour]).map((one, index) => ({
            Target: { Id: `10.0.${colour === 'blue' ? 1 : 2}.${index + 1}`, Port: 8000 },
            TargetHealth: { State },
          })),
        };
      }
      case 'DescribeTargetGroups':
        return {
          TargetGroups: Object.entries(input)
            .filter(([key]) => key.startsWith('TargetGroupArns.'))
            .map(([, TargetGroupArn]) => ({ TargetGroupArn, TargetType: 'ip' })),
        };
      default:
        throw new Error(`the test expects no ${action}`);
    }
  }

  private named(name: string): Service {
    return Object.values(this.services).find((one) => one.name === name) as Service;
  }

  /** Task definitions of the tasks that run now. */
  private running({ taskDefinition, desired, before, changedMs, changes }: Service): readonly string[] {
    const isSettled = changes === 0 || this.nowMs() - changedMs >= STARTS_MS;
    if (isSettled) return Array.from({ length: desired }, () => taskDefinition);
    // As ECS does it: new ones are there before old ones go. What is too many goes at once.
    const left =
      before.taskDefinition === taskDefinition
        ? Math.min(before.desired, desired)
        : desired === 0
          ? 0
          : before.desired;
    return Array.from({ length: left }, () => before.taskDefinition);
  }

  private view(service: Service) {
    const running = this.running(service);
    const { taskDefinition, desired, changedMs, changes } = service;
    const now = running.filter((one) => one === taskDefinition).length;
    const old = running.length - now;
    const one = (
      status: string,
      definition: string,
      runningCount: number,
      rolloutState: string,
      nth: number,
    ) => ({
      ...{ id: `ecs-svc/${nth}`, status, taskDefinition: definition, runningCount, rolloutState },
      ...{ desiredCount: desired, pendingCount: rolloutState === 'COMPLETED' ? 0 : desired - runningCount },
      createdAt: changedMs / 1000,
    });
    const isDone = now === desired && old === 0;
    return {
      ...{
        serviceName: service.name,
        serviceArn: `${ACCOUNT}:service/main/${service.name}`,
        status: 'ACTIVE',
      },
      ...{ desiredCount: desired, runningCount: running.length, pendingCount: 0, taskDefinition, events: [] },
      ...{ deploymentController: { type: 'ECS' }, schedulingStrategy: 'REPLICA' },
      loadBalancers: [
        { targetGroupArn: `arn:${service.name.slice(4)}`, containerName: 'web', containerPort: 8000 },
      ],
      deployments: [
        one('PRIMARY', taskDefinition, now, isDone ? 'COMPLETED' : 'IN_PROGRESS', changes),
        ...(old > 0 ? [one('ACTIVE', service.before.taskDefinition, old, 'COMPLETED', changes - 1)] : []),
      ],
    };
  }

  private tasks(service: Service) {
    return this.running(service).map((taskDefinitionArn, index) => ({
      taskArn: `${ACCOUNT}:task/main/${service.name}-${service.changes}-${index}`,
      ...{ taskDefinitionArn, desiredStatus: 'RUNNING', lastStatus: 'RUNNING' },
      ...{ createdAt: service.changedMs / 1000, startedAt: service.changedMs / 1000 },
      containers: [{ name: 'web' }],
    }));
  }

  private nowMs(): number {
    return this.clock.now().getTime();
  }
}

interface WireRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

const json = (statusCode: number, body: unknown) =>
  wire(statusCode, JSON.stringify(body), 'application/x-amz-json-1.1');
const xml = (statusCode: number, root: string, body: unknown) =>
  wire(statusCode, `<${root}>${element(body)}</${root}>`, 'text/xml');
const wire = (statusCode: number, text: string, type: string) => ({
  response: { statusCode, headers: { 'content-type': type }, body: Readable.from([Buffer.from(text)]) },
});

/** As the query protocol writes it: lists are `member`s. */
function element(value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => `<member>${element(one)}</member>`).join('');
  if (value === null || typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([key, one]) => `<${key}>${element(one)}</${key}>`)
    .join('');
}
