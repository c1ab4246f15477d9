import { Readable } from 'node:stream';
import { ECSClient, type TaskDefinition } from '@aws-sdk/client-ecs';
import { createCall, CallCounter } from '../../../runner/src/adapters/aws/call.js';
import type { AwsClients } from '../../../runner/src/adapters/aws/clients.js';
import { createRetryStrategy } from '../../../runner/src/adapters/aws/retries.js';
import { sdk } from '../../../runner/src/adapters/aws/sdk.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import type { Clock } from '../../../runner/src/base/ports.js';
import { fakeAws, type Answer } from '../fakeAws.js';
import { ServiceDeployments, type Deployment, type Revision } from './serviceDeployments.js';

// Loading takes real time, in which a virtual clock would go on.
await Promise.all([sdk.ecs(), sdk.elb(), sdk.logs()]);

const TASK_DEFINITION = 'arn:aws:ecs:eu-west-1:111111111111:task-definition/';
const TARGET = 'AmazonEC2ContainerServiceV20141113.';

type Input = Record<string, unknown>;
/** Says what becomes of a request; `lose`: it is carried out, and its answer is lost. */
export type Fault = 'throttle' | 'lose' | undefined;

/**
 * ECS behind the SDK's own requests and answers: a service whose deployments follow the documented lifecycle. What is
 * not of ECS is answered as `fakeAws` does.
 */
export class NativeAws {
  readonly deployments: ServiceDeployments;
  readonly definitions = new Map<string, TaskDefinition>();
  /** Actions in order, retries included. */
  readonly asked: { readonly action: string; readonly input: Input }[] = [];
  fault: (action: string, nth: number) => Fault = () => undefined;
  /** Members of the service that a test sets. */
  service: Record<string, unknown> = {};
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    definition: TaskDefinition,
  ) {
    this.deployments = new ServiceDeployments(clock, this.register(definition));
  }

  /** `web:2` */
  get runs(): string {
    this.deployments.advance();
    return this.deployments.live.taskDefinition.slice(TASK_DEFINITION.length);
  }

  count(action: string): number {
    return this.counts.get(action) ?? 0;
  }

  clients(answers: Readonly<Record<string, Answer>> = {}): AwsClients {
    const fake = fakeAws({
      'logs:GetLogEvents': () => ({ events: [{ message: 'KeyError: DATABASE_URL' }] }),
      'elasticloadbalancing:DescribeTargetGroups': () => ({
        TargetGroups: [{ TargetGroupArn: 'arn:blue', TargetType: 'ip', LoadBalancerArns: ['arn:balancer'] }],
      }),
      ...answers,
    });
    const client = new ECSClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test-secret' },
      retryStrategy: createRetryStrategy(() => 0),
      requestHandler: { handle: async (request: WireRequest) => this.handle(request) } as never,
    });
    const call = createCall(new CallCounter(), new SecretRegistry());
    return {
      ...fake,
      ecs: async () => client,
      call: (one, command, what) => (one === client ? call : fake.call)(one, command, what),
    };
  }

  private register(input: TaskDefinition): string {
    const taskDefinitionArn = `${TASK_DEFINITION}${input.family}:${this.definitions.size + 1}`;
    this.definitions.set(taskDefinitionArn, { ...input, taskDefinitionArn });
    return taskDefinitionArn;
  }

  private handle({ headers, body }: WireRequest) {
    const action = (headers['x-amz-target'] ?? '').slice(TARGET.length);
    const input = JSON.parse(Buffer.from(body as string).toString()) as Input;
    const nth = (this.counts.get(action) ?? 0) + 1;
    this.counts.set(action, nth);
    this.asked.push({ action, input });
    const fault = this.fault(action, nth);
    if (fault === 'throttle') return answer(400, { __type: 'ThrottlingException', message: 'Rate exceeded' });
    try {
      const found = this.answer(action, input);
      if (fault === 'lose') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      return answer(200, found);
    } catch (error) {
      const { name, message } = error as Error;
      if (name === 'Error' || name === 'TypeError') throw error;
      return answer(400, { __type: name, message });
    }
  }

  private answer(action: string, input: Input): unknown {
    const { deployments } = this;
    deployments.advance();
    switch (action) {
      case 'DescribeServices':
        return { services: [this.describeService()] };
      case 'DescribeTaskDefinition':
        return { taskDefinition: this.definitions.get(String(input['taskDefinition'])), tags: [] };
      case 'RegisterTaskDefinition':
        return { taskDefinition: { taskDefinitionArn: this.register(input) } };
      case 'UpdateService': {
        const begun = deployments.update(input);
        deployments.advance();
        return { service: this.describeService(begun) };
      }
      case 'ListServiceDeployments':
        return this.list(input);
      case 'DescribeServiceDeployments':
        return {
          serviceDeployments: (input['serviceDeploymentArns'] as string[]).map((arn) =>
            this.describe(deployments.of(arn)),
          ),
        };
      case 'DescribeServiceRevisions':
        return {
          serviceRevisions: deployments.revisions
            .filter(({ arn }) => (input['serviceRevisionArns'] as string[]).includes(arn))
            .map(({ arn, taskDefinition }) => ({ serviceRevisionArn: arn, taskDefinition })),
        };
      case 'StopServiceDeployment':
        deployments.stop(
          String(input['serviceDeploymentArn']),
          (input['stopType'] as string | undefined) ?? 'ROLLBACK',
        );
        return { serviceDeploymentArn: input['serviceDeploymentArn'] };
      case 'ContinueServiceDeployment':
        deployments.continue(
          String(input['serviceDeploymentArn']),
          String(input['hookId']),
          input['action'] as string | undefined,
        );
        return { serviceDeploymentArn: input['serviceDeploymentArn'] };
      case 'ListTasks':
        return {
          taskArns: this.tasks()
            .filter((one) => one.desiredStatus === input['desiredStatus'])
            .map((one) => one.taskArn),
        };
      case 'DescribeTasks':
        return { tasks: this.tasks().filter((one) => (input['tasks'] as string[]).includes(one.taskArn)) };
      default:
        throw new Error(`the test expects no ${action}`);
    }
  }

  private list({ status, createdAt, nextToken, maxResults = 100 }: Input): unknown {
    const { after } = (createdAt ?? {}) as { readonly after?: number };
    const all = this.deployments.all.filter(
      (one) =>
        this.deployments.isListed(one) &&
        (status === undefined || (status as string[]).includes(one.status)) &&
        (after === undefined || one.createdMs > after * 1000),
    );
    const from = Number(nextToken ?? 0);
    const to = from + Number(maxResults);
    return {
      serviceDeployments: all.slice(from, to).map((one) => ({
        serviceDeploymentArn: one.arn,
        createdAt: one.createdMs / 1000,
        status: one.status,
        targetServiceRevisionArn: one.target.arn,
      })),
      ...(to < all.length ? { nextToken: String(to) } : {}),
    };
  }

  private describe(one: Deployment): unknown {
    const phase = one.phases[one.phase];
    const { alarms } = one.configuration;
    return {
      serviceDeploymentArn: one.arn,
      status: one.status,
      statusReason: one.statusReason,
      lifecycleStage: phase?.stage,
      createdAt: one.createdMs / 1000,
      sourceServiceRevisions: one.source === undefined ? [] : [this.summary(one.source)],
      targetServiceRevision: this.summary(one.target),
      lifecycleHookDetails: one.hooks.map((hook) => ({
        hookId: hook.id,
        targetType: hook.targetType,
        targetArn: hook.targetArn,
        status: hook.status,
        expiresAt: hook.endsMs / 1000,
        timeoutAction: hook.timeoutAction,
      })),
      rollback: one.rollback === undefined ? undefined : { reason: one.rollback.reason },
      deploymentConfiguration: one.configuration,
      alarms: {
        status: 'MONITORING',
        alarmNames: alarms?.alarmNames ?? [],
        triggeredAlarmNames: one.triggered,
      },
      deploymentCircuitBreaker: {
        status: one.rollback?.reason.includes('circuit breaker') === true ? 'TRIGGERED' : 'MONITORING',
        failureCount: one.failures,
        threshold: 3,
      },
    };
  }

  private summary({ arn, running, production, test }: Revision): unknown {
    return {
      arn,
      requestedTaskCount: this.deployments.desired,
      runningTaskCount: running,
      pendingTaskCount: Math.max(0, this.deployments.desired - running),
      requestedProductionTrafficWeight: production,
      requestedTestTrafficWeight: test,
    };
  }

  private describeService(begun?: Deployment): unknown {
    const { deployments } = this;
    const active = deployments.active();
    const one = (
      status: string,
      { arn, taskDefinition, running }: Revision,
      rolloutState: string,
      atMs: number,
    ) => ({
      id: `ecs-svc/${arn.slice(arn.lastIndexOf('/') + 1)}`,
      status,
      taskDefinition,
      desiredCount: deployments.desired,
      runningCount: running,
      pendingCount: 0,
      rolloutState,
      createdAt: atMs / 1000,
    });
    const createdMs = ({ arn }: Revision) =>
      deployments.all.find(({ target }) => target.arn === arn)?.createdMs ?? 0;
    const { live } = deployments;
    const told = this.deployments.conduct.isSilent ? undefined : (begun ?? active ?? deployments.all.at(-1));
    return {
      serviceName: 'web',
      serviceArn: 'arn:aws:ecs:eu-west-1:111111111111:service/main/web',
      status: 'ACTIVE',
      desiredCount: deployments.desired,
      runningCount: deployments.desired,
      deploymentController: { type: 'ECS' },
      schedulingStrategy: 'REPLICA',
      events: [],
      taskDefinition: deployments.taskDefinition,
      deploymentConfiguration: deployments.configuration,
      loadBalancers: deployments.loadBalancers,
      currentServiceDeployment: told?.arn,
      deployments:
        active === undefined
          ? [one('PRIMARY', live, 'COMPLETED', createdMs(live))]
          : [
              one('PRIMARY', active.target, 'IN_PROGRESS', active.createdMs),
              ...(active.source === undefined
                ? []
                : [one('ACTIVE', active.source, 'COMPLETED', createdMs(active.source))]),
            ],
      ...this.service,
    };
  }

  private tasks() {
    const { deployments } = this;
    const task = (id: string, taskDefinitionArn: string, atMs: number, isStopped: boolean) => ({
      taskArn: `arn:aws:ecs:eu-west-1:111111111111:task/main/${id}`,
      taskDefinitionArn,
      desiredStatus: isStopped ? 'STOPPED' : 'RUNNING',
      lastStatus: isStopped ? 'STOPPED' : 'RUNNING',
      createdAt: atMs / 1000,
      startedAt: atMs / 1000,
      attachments: [{ details: [{ name: 'privateIPv4Address', value: '10.0.0.1' }] }],
      containers: [isStopped ? { name: 'web', exitCode: 3 } : { name: 'web' }],
      ...(isStopped
        ? {
            stopCode: 'EssentialContainerExited',
            stoppedReason: 'Essential container in task exited',
            stoppedAt: this.clock.now().getTime() / 1000,
          }
        : {}),
    });
    const running = deployments.revisions.flatMap((revision) => {
      const atMs = deployments.all.find(({ target }) => target === revision)?.createdMs ?? 0;
      const name = revision.arn.slice(revision.arn.lastIndexOf('/') + 1);
      return Array.from({ length: revision.running }, (_, index) =>
        task(`${name}-${index}`, revision.taskDefinition, atMs, false),
      );
    });
    const crashed = deployments.all.flatMap(({ target, failures, createdMs }) =>
      failures > 0 ? [task(`crashed-${target.arn.slice(-2)}`, target.taskDefinition, createdMs, true)] : [],
    );
    return [...running, ...crashed];
  }
}

interface WireRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

const answer = (statusCode: number, body: unknown) => ({
  response: {
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: Readable.from([Buffer.from(JSON.stringify(body))]),
  },
});
