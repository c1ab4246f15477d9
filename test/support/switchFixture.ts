import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  UpdateServiceCommand,
  type Service,
} from '@aws-sdk/client-ecs';
import { join } from 'node:path';
import { request } from 'node:http';
import { Agent } from 'node:http';
import { systemClock } from '../../runner/src/adapters/process/clock.js';
import { loadBalancerUrl, localSettings } from '../../runner/src/local/settings.js';
import { Ledger } from '../../runner/src/state/ledger.js';
import { LocalStore } from '../../runner/src/state/stores/localStore.js';
import { APP_PORT, EcsFixture } from './ecsFixture.js';
import { Project } from './project.js';

export type Colour = 'blue' | 'green';

/** What an application of a switch does: it answers its own name at every path, and obeys SIGTERM. */
export const answering = (name: string, extra = '') =>
  `trap 'exit 0' TERM; mkdir -p /www; echo ${name} > /www/index.html; echo ok > /www/health; ${extra} httpd -f -p ${APP_PORT} -h /www & wait`;

/** Two services behind one rule on the emulator, blue live with two tasks, and a project that deploys to them. */
export class SwitchFixture {
  readonly elb: ElasticLoadBalancingV2Client;
  readonly project: Project;
  readonly groups = {} as Record<Colour, string>;
  rule = '';
  testRule = '';
  private balancer = '';
  private listener = '';

  private constructor(readonly base: EcsFixture) {
    this.elb = new ElasticLoadBalancingV2Client({
      endpoint: base.endpoint,
      region: base.env['AWS_REGION'] as string,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test-secret' },
    });
    this.project = Project.of({ 'automation-stack.yml': 'application: test\n' });
  }

  /** @param strategy lines of `strategy:` beside its kind and rules, as flow YAML, e.g. `keep: 10m, bake: 2s` */
  static async create(strategy: string, health = 'for: 300ms, interval: 100ms'): Promise<SwitchFixture> {
    const fixture = new SwitchFixture(await EcsFixture.create());
    await fixture.prepare();
    fixture.configure(strategy, health);
    return fixture;
  }

  /** Where production requests go. */
  get url(): string {
    return loadBalancerUrl(localSettings(process.env), this.base.service);
  }

  configure(strategy: string, health = 'for: 300ms, interval: 100ms'): void {
    const { cluster, service, repository } = this.base;
    this.project.write(
      'automation-stack.yml',
      `application: test
branches: { develop: staging }
images: { web: { repository: ${repository} } }
environments:
  staging:
    aws: { region: eu-west-1 }
    targets:
      web:
        kind: ecs-service
        cluster: ${cluster}
        service: ${service}
        image: web
        strategy: { kind: switch, rule: '${this.rule}', test-rule: '${this.testRule}', ${strategy} }
        health: { path: /health, timeout: 10s, ${health} }
`,
    );
  }

  /** Makes a release of an application and records it. */
  async release(version: string, script: string): Promise<void> {
    const release = this.base.release(await this.base.image(script), version);
    const store = new LocalStore(join(this.project.directory, '.automation-stack/test'));
    await new Ledger(store, systemClock).putRelease(release);
  }

  /** The service of a colour. */
  async service(colour: Colour): Promise<Service> {
    const { ecs, cluster, service } = this.base;
    const asked = new DescribeServicesCommand({ cluster, services: [`${service}-${colour}`] });
    return (await ecs.send(asked)).services?.[0] as Service;
  }

  /** Percent of requests by colour, as the rule says. */
  async percents(): Promise<Record<Colour, number>> {
    const { Rules } = await this.elb.send(new DescribeRulesCommand({ RuleArns: [this.rule] }));
    const groups = Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
    const weight = (colour: Colour) =>
      groups.find(({ TargetGroupArn }) => TargetGroupArn === this.groups[colour])?.Weight ?? 0;
    const sum = weight('blue') + weight('green');
    return { blue: (100 * weight('blue')) / sum, green: (100 * weight('green')) / sum };
  }

  /** Changes the rule as somebody else would. */
  async send(weights: Readonly<Record<string, number>>): Promise<void> {
    const TargetGroups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({
      TargetGroupArn,
      Weight,
    }));
    await this.elb.send(
      new ModifyRuleCommand({
        RuleArn: this.rule,
        Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }],
      }),
    );
  }

  /** What production answers now. */
  async answer(headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const response = await fetch(this.url, { headers });
    return `${response.status} ${(await response.text()).trim()}`;
  }

  async remove(): Promise<void> {
    const { ecs, cluster, service } = this.base;
    for (const colour of ['blue', 'green'] as const) {
      const named = { cluster, service: `${service}-${colour}` };
      await ecs.send(new UpdateServiceCommand({ ...named, desiredCount: 0 }));
      await ecs.send(new DeleteServiceCommand({ ...named, force: true }));
    }
    await this.elb.send(new DeleteListenerCommand({ ListenerArn: this.listener }));
    await this.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: this.balancer }));
    for (const group of Object.values(this.groups))
      await this.elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: group }));
    this.elb.destroy();
    await this.base.remove();
    this.project.remove();
  }

  private async prepare(): Promise<void> {
    const { service } = this.base;
    for (const colour of ['blue', 'green'] as const) {
      const { TargetGroups } = await this.elb.send(
        new CreateTargetGroupCommand({
          Name: `${service}-${colour}`,
          Protocol: 'HTTP',
          Port: APP_PORT,
          VpcId: 'vpc-local',
          TargetType: 'ip',
          HealthCheckPath: '/health',
        }),
      );
      this.groups[colour] = TargetGroups?.[0]?.TargetGroupArn as string;
    }
    const { LoadBalancers } = await this.elb.send(
      new CreateLoadBalancerCommand({
        Name: service,
        Type: 'application',
        Subnets: ['subnet-a', 'subnet-b'],
      }),
    );
    this.balancer = LoadBalancers?.[0]?.LoadBalancerArn as string;
    const { Listeners } = await this.elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: this.balancer,
        Protocol: 'HTTP',
        Port: 80,
        DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
      }),
    );
    this.listener = Listeners?.[0]?.ListenerArn as string;
    const forward = (colour: Colour) => ({ Type: 'forward' as const, TargetGroupArn: this.groups[colour] });
    const rule = async (Priority: number, Actions: object[], Conditions: object[]) => {
      const { Rules } = await this.elb.send(
        new CreateRuleCommand({ ListenerArn: this.listener, Priority, Actions, Conditions } as never),
      );
      return Rules?.[0]?.RuleArn as string;
    };
    const header = { HttpHeaderName: 'X-Preview', Values: ['next'] };
    this.testRule = await rule(5, [forward('green')], [{ Field: 'http-header', HttpHeaderConfig: header }]);
    this.rule = await rule(10, [forward('blue')], [{ Field: 'path-pattern', Values: ['/*'] }]);
    const taskDefinition = await this.base.register(await this.base.image(answering('first')));
    await Promise.all([this.serve('blue', taskDefinition, 2), this.serve('green', taskDefinition, 0)]);
  }

  private async serve(colour: Colour, taskDefinition: string, desiredCount: number): Promise<void> {
    const { ecs, cluster, service } = this.base;
    await ecs.send(
      new CreateServiceCommand({
        cluster,
        serviceName: `${service}-${colour}`,
        taskDefinition,
        desiredCount,
        launchType: 'FARGATE',
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-test'] } },
        loadBalancers: [
          { targetGroupArn: this.groups[colour], containerName: 'web', containerPort: APP_PORT },
        ],
      }),
    );
    while ((await this.service(colour)).runningCount !== desiredCount)
      await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** So long a load balancer of AWS waits for an answer; a busy machine may take some seconds. */
const IDLE_TIMEOUT_MS = 60_000;

/** Requests, one after the other on several connections, until it is stopped. */
export class Load {
  readonly answers = new Map<string, number>();
  private isOn = true;
  private readonly running: Promise<void>[];
  private readonly agent = new Agent({ keepAlive: true });

  constructor(
    private readonly url: string,
    connections: number,
  ) {
    this.running = Array.from({ length: connections }, () => this.ask());
  }

  get sum(): number {
    return [...this.answers.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Answers other than 200, with how often they came. */
  get failed(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.answers].filter(([answer]) => !answer.startsWith('200 ')));
  }

  /** Goes on until so many requests were answered, then stops. */
  async until(count: number): Promise<void> {
    while (this.sum < count) await new Promise((resolve) => setTimeout(resolve, 50));
    await this.stop();
  }

  async stop(): Promise<void> {
    this.isOn = false;
    await Promise.all(this.running);
    this.agent.destroy();
  }

  private async ask(): Promise<void> {
    while (this.isOn) {
      const answer = await this.once();
      this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
    }
  }

  private once(): Promise<string> {
    return new Promise((resolve) => {
      const asked = request(this.url, { agent: this.agent, timeout: IDLE_TIMEOUT_MS }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(`${response.statusCode ?? 0} ${text.trim().slice(0, 40)}`));
        response.on('error', (error) => resolve(`error ${error.message}`));
      });
      asked.on('timeout', () => asked.destroy(new Error('timed out')));
      asked.on('error', (error) => resolve(`error ${error.message}`));
      asked.end();
    });
  }
}
