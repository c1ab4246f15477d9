import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Readable } from 'node:stream';
import { createCall, CallCounter } from '../../../runner/src/adapters/aws/call.js';
import type { AwsClients } from '../../../runner/src/adapters/aws/clients.js';
import { createRetryStrategy } from '../../../runner/src/adapters/aws/retries.js';
import { sdk } from '../../../runner/src/adapters/aws/sdk.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import type { Clock } from '../../../runner/src/base/ports.js';
import { fakeAws } from '../fakeAws.js';
import type { Fault } from '../ecs/nativeAws.js';

// Loading takes real time, in which a virtual clock would go on.
await Promise.all([sdk.ec2(), sdk.elb()]);

const GROUP = 'arn:group';
/** How long EC2 takes with a change, and how long it does not tell of a new instance. */
const TAKES_MS = 4000;
const HIDDEN_MS = 1500;
const BALANCER_MS = 3000;
export const CHANGES = new Set([
  ...['RunInstances', 'StartInstances', 'StopInstances', 'RebootInstances', 'TerminateInstances'],
  ...['RegisterTargets', 'DeregisterTargets'],
]);

export type Input = Record<string, string>;
type Wanted = 'running' | 'stopped' | 'terminated';

export interface FakeInstance {
  readonly id: string;
  readonly tags: Record<string, string>;
  readonly subnet: string;
  readonly token: string;
  readonly launchedMs: number;
  wanted: Wanted;
  changedMs: number;
  reboots: number;
  readonly userData: string | undefined;
}

/** EC2 and a target group behind the SDK's own requests and answers; everything takes its time by the clock. */
export class InstancesAws {
  readonly instances = new Map<string, FakeInstance>();
  /** When each was registered; those that drain have left it. */
  readonly registered = new Map<string, number>();
  private readonly draining = new Map<string, number>();
  /** Actions in order, retries included. */
  readonly asked: { readonly action: string; readonly input: Input }[] = [];
  /** Moments at which no instance got requests, though one did before. */
  readonly outages: string[] = [];
  /** Subnets without room. */
  readonly full = new Set<string>();
  /** Whether the application of an instance answers. */
  answers: (instance: FakeInstance) => boolean = () => true;
  /** Whether the load balancer gets an answer. */
  isServed: (instance: FakeInstance) => boolean = () => true;
  /** Instances that end at once, with what EC2 says. */
  endsAtOnce: (instance: FakeInstance) => boolean = () => false;
  fault: (action: string, nth: number) => Fault = () => undefined;
  private hasServed = false;

  constructor(private readonly clock: Clock) {}

  /** What another world of the same time has come to. */
  adopt(other: InstancesAws): void {
    for (const [id, one] of other.instances) this.instances.set(id, { ...one });
    for (const [id, atMs] of other.registered) this.registered.set(id, atMs);
    this.hasServed = other.hasServed;
  }

  /** `1.0.0 running serving` of each that is there, sorted. */
  stand(): readonly string[] {
    return [...this.instances.values()]
      .filter((one) => !['terminated', 'shutting-down'].includes(this.stateOf(one)))
      .map((one) => {
        const serving = this.registered.has(one.id) ? ' serving' : '';
        return `${one.tags['automation-stack:version'] ?? '-'} ${one.wanted}${serving}`;
      })
      .sort();
  }

  stateOf({ id, wanted, changedMs, launchedMs }: FakeInstance): string {
    const one = this.instances.get(id) as FakeInstance;
    if (this.endsAtOnce(one) && this.nowMs() - launchedMs >= 1000) return 'terminated';
    const isDone = this.nowMs() - changedMs >= TAKES_MS;
    if (wanted === 'running') return isDone ? 'running' : 'pending';
    if (wanted === 'stopped') return isDone ? 'stopped' : 'stopping';
    return isDone ? 'terminated' : 'shutting-down';
  }

  isUp(id: string): boolean {
    const one = this.instances.get(id);
    return one !== undefined && this.stateOf(one) === 'running';
  }

  healthOf(id: string): string | undefined {
    const sinceMs = this.registered.get(id);
    if (sinceMs === undefined) return this.isDraining(id) ? 'draining' : undefined;
    const one = this.instances.get(id);
    if (one === undefined) return 'healthy';
    if (this.stateOf(one) !== 'running') return 'unused';
    if (this.nowMs() - sinceMs < BALANCER_MS) return 'initial';
    return this.answers(one) && this.isServed(one) ? 'healthy' : 'unhealthy';
  }

  clients(step: () => Promise<void> = async () => undefined): AwsClients {
    const fake = fakeAws({});
    const handler = this.handlerOf(step);
    const ec2 = new EC2Client(
      handler((request) => this.serve(request, (action, input) => this.ofEc2(action, input), ec2Error)),
    );
    const elb = new ElasticLoadBalancingV2Client(
      handler((request) => this.serve(request, (action, input) => this.ofElb(action, input), queryError)),
    );
    const call = createCall(new CallCounter(), new SecretRegistry());
    return { ...fake, ec2: async () => ec2, elb: async () => elb, call };
  }

  protected handlerOf(step: () => Promise<void>) {
    return (serve: (request: WireRequest) => unknown) => ({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test-secret' },
      retryStrategy: createRetryStrategy(() => 0),
      requestHandler: {
        handle: async (request: WireRequest) => {
          const answered = serve(request);
          if (CHANGES.has(this.asked.at(-1)?.action ?? '')) await step();
          return answered;
        },
      } as never,
    });
  }

  protected serve(
    { body }: WireRequest,
    answer: (action: string, input: Input) => string,
    failed: (code: string, message: string) => unknown,
  ) {
    const input = Object.fromEntries(new URLSearchParams(Buffer.from(body as string).toString()));
    const action = input['Action'] ?? '';
    this.asked.push({ action, input });
    const fault = this.fault(action, this.asked.length);
    if (fault === 'throttle')
      return failed(failed === ec2Error ? 'RequestLimitExceeded' : 'Throttling', 'slow');
    let answered;
    try {
      answered = xml(200, answer(action, input));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      answered = failed(error.code, error.message);
    }
    this.look(action);
    if (fault === 'lose') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    return answered;
  }

  private look(action: string): void {
    const serving = [...this.registered.keys()].filter((id) => this.healthOf(id) === 'healthy');
    if (serving.length > 0) this.hasServed = true;
    else if (this.hasServed) this.outages.push(`nobody serves after ${action}`);
  }

  protected ofEc2(action: string, input: Input): string {
    const ids = valuesOf(input, 'InstanceId');
    switch (action) {
      case 'DescribeLaunchTemplateVersions':
        return `<${action}Response><launchTemplateVersionSet><item><launchTemplateId>lt-1</launchTemplateId><versionNumber>7</versionNumber></item></launchTemplateVersionSet></${action}Response>`;
      case 'DescribeInstances': {
        const found = [...this.instances.values()].filter((one) => {
          if (this.nowMs() - one.launchedMs < HIDDEN_MS) return false;
          return filtersOf(input).every(({ name, values }) =>
            name === 'instance-id'
              ? values.includes(one.id)
              : values.includes(one.tags[name.replace('tag:', '')] ?? ''),
          );
        });
        const items = found.map((one) => `<item><instancesSet>${this.item(one)}</instancesSet></item>`);
        return `<${action}Response><reservationSet>${items.join('')}</reservationSet></${action}Response>`;
      }
      case 'RunInstances':
        return `<${action}Response><instancesSet>${this.item(this.launch(input))}</instancesSet></${action}Response>`;
      case 'StartInstances':
        this.change(ids, 'running', ['stopped', 'running', 'pending']);
        return `<${action}Response/>`;
      case 'StopInstances':
        this.change(ids, 'stopped', ['running', 'pending', 'stopped', 'stopping']);
        return `<${action}Response/>`;
      case 'RebootInstances':
        for (const id of ids) (this.instances.get(id) as FakeInstance).reboots += 1;
        return `<${action}Response/>`;
      case 'TerminateInstances':
        this.change(ids, 'terminated', undefined);
        return `<${action}Response/>`;
      default:
        throw new Error(`the test expects no ${action}`);
    }
  }

  protected launch(input: Input): FakeInstance {
    const token = input['ClientToken'] ?? '';
    const known = [...this.instances.values()].find((one) => one.token === token);
    if (known !== undefined) return known;
    const subnet = input['SubnetId'] ?? '';
    if (this.full.has(subnet)) throw new Refused('InsufficientInstanceCapacity', `no m5.large in ${subnet}`);
    const tags: Record<string, string> = {};
    for (let nth = 1; ; nth += 1) {
      const key = input[`TagSpecification.1.Tag.${nth}.Key`];
      if (key === undefined) break;
      tags[key] = input[`TagSpecification.1.Tag.${nth}.Value`] ?? '';
    }
    const id = `i-${this.instances.size + 1}`;
    const atMs = this.nowMs();
    const userData = input['UserData'];
    const made: FakeInstance = {
      ...{ id, tags, subnet, token, launchedMs: atMs, wanted: 'running', changedMs: atMs, reboots: 0 },
      userData: userData === undefined ? undefined : Buffer.from(userData, 'base64').toString(),
    };
    this.instances.set(id, made);
    return made;
  }

  private change(ids: readonly string[], wanted: Wanted, from: readonly string[] | undefined): void {
    for (const id of ids) {
      const one = this.instances.get(id);
      if (one === undefined) throw new Refused('InvalidInstanceID.NotFound', `no ${id}`);
      const state = this.stateOf(one);
      if (from !== undefined && !from.includes(state))
        throw new Refused('IncorrectInstanceState', `${id} is ${state}`);
      if (one.wanted === wanted) continue;
      one.wanted = wanted;
      one.changedMs = this.nowMs();
    }
  }

  private item(one: FakeInstance): string {
    const tags = Object.entries(one.tags).map(
      ([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`,
    );
    const state = this.stateOf(one);
    const reason = this.endsAtOnce(one)
      ? '<stateReason><message>Client.VolumeLimitExceeded: too many</message></stateReason>'
      : '';
    const launched = new Date(one.launchedMs).toISOString();
    return `<item><instanceId>${one.id}</instanceId><instanceState><name>${state}</name></instanceState>${reason}<privateIpAddress>10.0.0.${one.id.slice(2)}</privateIpAddress><subnetId>${one.subnet}</subnetId><launchTime>${launched}</launchTime><tagSet>${tags.join('')}</tagSet></item>`;
  }

  protected ofElb(action: string, input: Input): string {
    const id = input['Targets.member.1.Id'] ?? '';
    const result = (inner: string) =>
      `<${action}Response><${action}Result>${inner}</${action}Result></${action}Response>`;
    switch (action) {
      case 'DescribeTargetGroups':
        return result(
          `<TargetGroups><member><TargetGroupArn>${GROUP}</TargetGroupArn><TargetGroupName>shop</TargetGroupName><TargetType>instance</TargetType><LoadBalancerArns><member>arn:lb</member></LoadBalancerArns></member></TargetGroups>`,
        );
      case 'RegisterTargets':
        if (this.instances.has(id) && !this.isUp(id))
          throw new Refused('InvalidTarget', `${id} is not running`);
        if (!this.registered.has(id)) this.registered.set(id, this.nowMs());
        this.draining.delete(id);
        return result('');
      case 'DeregisterTargets':
        if (this.registered.delete(id)) this.draining.set(id, this.nowMs());
        return result('');
      case 'DescribeTargetHealth': {
        const all = [...new Set([...this.registered.keys(), ...this.draining.keys()])];
        const told = (id === '' ? all : [id]).flatMap((one) => {
          const state = this.healthOf(one) ?? (id === '' ? undefined : 'unused');
          return state === undefined
            ? []
            : [
                `<member><Target><Id>${one}</Id><Port>80</Port></Target><TargetHealth><State>${state}</State></TargetHealth></member>`,
              ];
        });
        return result(`<TargetHealthDescriptions>${told.join('')}</TargetHealthDescriptions>`);
      }
      default:
        throw new Error(`the test expects no ${action}`);
    }
  }

  private isDraining(id: string): boolean {
    const sinceMs = this.draining.get(id);
    return sinceMs !== undefined && this.nowMs() - sinceMs < BALANCER_MS;
  }

  protected nowMs(): number {
    return this.clock.now().getTime();
  }
}

export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface WireRequest {
  readonly body: string | Uint8Array;
}

const valuesOf = (input: Input, name: string): readonly string[] =>
  Object.entries(input).flatMap(([key, value]) => (key.startsWith(`${name}.`) ? [value] : []));

function filtersOf(input: Input): readonly { readonly name: string; readonly values: readonly string[] }[] {
  const found = [];
  for (let nth = 1; input[`Filter.${nth}.Name`] !== undefined; nth += 1)
    found.push({
      name: input[`Filter.${nth}.Name`] as string,
      values: valuesOf(input, `Filter.${nth}.Value`),
    });
  return found;
}

/** EC2 has a status of its own failures for what it has no room for. */
const statusOf = (code: string) => (/^Insufficient\w*Capacity$/.test(code) ? 500 : 400);
export const xml = (statusCode: number, text: string) => ({
  response: {
    statusCode,
    headers: { 'content-type': 'text/xml' },
    body: Readable.from([Buffer.from(text)]),
  },
});
const ec2Error = (code: string, message: string) =>
  xml(
    statusOf(code),
    `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>1</RequestID></Response>`,
  );
export const queryError = (code: string, message: string) =>
  xml(
    400,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  );
