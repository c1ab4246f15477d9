import { randomBytes } from 'node:crypto';
import { execa } from 'execa';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateRepositoryCommand, DeleteRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
  type ContainerDefinition,
  type RegisterTaskDefinitionCommandInput,
  type Service,
} from '@aws-sdk/client-ecs';
import type { ReleaseRecord } from '../../runner/src/domain/records.js';
import { imageNames } from '../../runner/src/local/localImages.js';
import { createLoadBalancer, deleteLoadBalancer } from '../../runner/src/local/loadBalancers.js';
import { emulatorUrl, loadBalancerUrl, localSettings } from '../../runner/src/local/settings.js';
import { testLocalContext } from './localContext.js';

/** Port on which the fixtures' applications serve. */
export const APP_PORT = 8000;

/** What an application of a test does, as a shell script of busybox. PID 1 has to obey SIGTERM by itself. */
export const apps = {
  /** Serves 200 at /health. */
  good: `trap 'exit 0' TERM; mkdir -p /www; echo ok > /www/health; echo serving; httpd -f -p ${APP_PORT} -h /www & wait`,
  /** Ends at once, as a program does whose configuration is wrong. */
  crashing: 'echo "DATABASE_URL is not set"; exit 3',
  /** Serves for longer than the emulator watches a start, then ends. */
  crashingLater: `mkdir -p /www; echo ok > /www/health; httpd -p ${APP_PORT} -h /www; sleep 1.5; echo "lost the database"; exit 7`,
  /** Runs and listens, but /health is not there. */
  unhealthy: `trap 'exit 0' TERM; mkdir -p /www; echo "cannot open the store"; httpd -f -p ${APP_PORT} -h /www & wait`,
} as const;

export interface FixtureOptions {
  readonly desired?: number;
  /** The emulator's circuit breaker: off, without rollback, or with. */
  readonly breaker?: 'off' | 'stop' | 'rollback';
  /** Behind a load balancer of its own. */
  readonly balanced?: boolean;
}

/** An ECS service of its own on the emulator of the local environment, running a healthy application. */
export class EcsFixture {
  readonly cluster: string;
  readonly service: string;
  readonly repository: string;
  readonly registry: string;
  readonly logGroup: string;
  readonly ecs: ECSClient;
  private readonly made: string[] = [];

  private constructor(
    readonly endpoint: string,
    readonly env: Readonly<Record<string, string>>,
    private readonly base: string,
  ) {
    const id = randomBytes(4).toString('hex');
    this.cluster = `test-${id}`;
    this.service = `web-${id}`;
    this.repository = `test-${id}/web`;
    this.registry = new URL(endpoint).host;
    this.logGroup = `/test/${id}`;
    this.ecs = new ECSClient(this.client());
  }

  /** Makes cluster, repository, log group and a service that runs `apps.good`, and waits until it runs. */
  static async create(options: FixtureOptions = {}): Promise<EcsFixture> {
    const localContext = testLocalContext();
    const base = (await imageNames(localContext))?.busybox;
    if (base === undefined) throw new Error('no local images: run `node runner local up` first');
    const endpoint = emulatorUrl(localContext.settings);
    const env = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: localContext.settings.region,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test-secret',
      AUTOMATION_STACK_LOAD_BALANCERS: loadBalancerUrl(localContext.settings, '{name}'),
    };
    const fixture = new EcsFixture(endpoint, env, base);
    await fixture.prepare(options);
    return fixture;
  }

  /** Makes an image of an application and pushes it. @returns its manifest's digest */
  async image(script: string, tag = randomBytes(4).toString('hex')): Promise<string> {
    const reference = `${this.registry}/${this.repository}:${tag}`;
    const container = await docker('create', this.base);
    // A stamp makes each image another one, also of the same application.
    const entry = ['sh', '-c', `: ${reference}; ${script}`];
    await docker('commit', '--change', `CMD ${JSON.stringify(entry)}`, container, reference);
    await docker('rm', container);
    this.made.push(reference);
    const pushed = await docker('push', reference);
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(pushed)?.[1];
    if (digest === undefined) throw new Error(`no digest in: ${pushed}`);
    return digest;
  }

  /** A release whose image `web` has a digest. */
  release(digest: string, version = '1.0.0'): ReleaseRecord {
    return {
      version,
      application: 'test',
      commit: '0'.repeat(40),
      branch: 'develop',
      dirty: false,
      images: { web: { repository: this.repository, digest, tags: [version], inputs: digest } },
      inputs: digest,
      createdAt: new Date().toISOString(),
      createdBy: 'test',
    };
  }

  async describe(): Promise<Service> {
    const answer = await this.ecs.send(
      new DescribeServicesCommand({ cluster: this.cluster, services: [this.service] }),
    );
    return answer.services?.[0] as Service;
  }

  /** The container of the task definition that the service runs. */
  async container(): Promise<ContainerDefinition> {
    const { taskDefinition } = await this.describe();
    const answer = await this.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    return answer.taskDefinition?.containerDefinitions?.[0] as ContainerDefinition;
  }

  /** A revision that runs an image, as RegisterTaskDefinition takes it. */
  definition(digest: string): RegisterTaskDefinitionCommandInput {
    return {
      family: this.service,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      tags: [{ key: 'owner', value: 'team-a' }],
      containerDefinitions: [
        {
          name: 'web',
          image: `${this.registry}/${this.repository}@${digest}`,
          essential: true,
          environment: [{ name: 'COLOR', value: 'blue' }],
          portMappings: [{ containerPort: APP_PORT, protocol: 'tcp' }],
          logConfiguration: {
            logDriver: 'awslogs',
            options: {
              'awslogs-group': this.logGroup,
              'awslogs-region': 'eu-west-1',
              'awslogs-stream-prefix': 'app',
            },
          },
        },
      ],
    };
  }

  /** Registers a revision as somebody else would. @returns its ARN */
  async register(digest: string): Promise<string> {
    const answer = await this.ecs.send(new RegisterTaskDefinitionCommand(this.definition(digest)));
    return answer.taskDefinition?.taskDefinitionArn as string;
  }

  /** Moves the service as somebody else would. */
  async update(taskDefinition: string): Promise<void> {
    await this.ecs.send(
      new UpdateServiceCommand({ cluster: this.cluster, service: this.service, taskDefinition }),
    );
  }

  /** Changes how many tasks are wanted, and waits until so many run. */
  async scale(desiredCount: number): Promise<void> {
    const { cluster, service } = this;
    await this.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount }));
    while ((await this.describe()).runningCount !== desiredCount)
      await new Promise((resolve) => setTimeout(resolve, 100));
  }

  /** Removes everything that was made. */
  async remove(): Promise<void> {
    const { cluster, service } = this;
    await this.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 0 }));
    await this.ecs.send(new DeleteServiceCommand({ cluster, service, force: true }));
    await this.ecs.send(new DeleteClusterCommand({ cluster }));
    await new ECRClient(this.client()).send(
      new DeleteRepositoryCommand({ repositoryName: this.repository, force: true }),
    );
    await new CloudWatchLogsClient(this.client()).send(
      new DeleteLogGroupCommand({ logGroupName: this.logGroup }),
    );
    await deleteLoadBalancer(localSettings(process.env), service);
    // By force: containers of stopped tasks linger for a moment.
    await docker('rmi', '--force', ...this.made);
    this.ecs.destroy();
  }

  private async prepare(options: FixtureOptions): Promise<void> {
    const { cluster, service } = this;
    await Promise.all([
      this.ecs.send(new CreateClusterCommand({ clusterName: cluster })),
      new ECRClient(this.client()).send(new CreateRepositoryCommand({ repositoryName: this.repository })),
      new CloudWatchLogsClient(this.client()).send(
        new CreateLogGroupCommand({ logGroupName: this.logGroup }),
      ),
    ]);
    const taskDefinition = await this.register(await this.image(apps.good));
    const breaker = options.breaker ?? 'rollback';
    const balancer =
      options.balanced === true
        ? await createLoadBalancer(localSettings(process.env), {
            name: service,
            port: APP_PORT,
            healthPath: '/health',
            targets: [],
          })
        : undefined;
    const desired = options.desired ?? 1;
    await this.ecs.send(
      new CreateServiceCommand({
        cluster,
        serviceName: service,
        taskDefinition,
        desiredCount: desired,
        launchType: 'FARGATE',
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-test'] } },
        ...(balancer === undefined
          ? {}
          : {
              loadBalancers: [
                { targetGroupArn: balancer.targetGroupArn, containerName: 'web', containerPort: APP_PORT },
              ],
            }),
        deploymentConfiguration: {
          minimumHealthyPercent: 100,
          maximumPercent: 200,
          deploymentCircuitBreaker: { enable: breaker !== 'off', rollback: breaker === 'rollback' },
        },
      }),
    );
    const deadline = Date.now() + 30_000;
    while ((await this.describe()).runningCount !== desired) {
      if (Date.now() > deadline) throw new Error('the emulator did not start the first tasks');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private client() {
    return {
      endpoint: this.endpoint,
      region: this.env['AWS_REGION'] as string,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test-secret' },
    };
  }
}

async function docker(...args: string[]): Promise<string> {
  return (await execa('docker', args)).stdout.trim();
}
