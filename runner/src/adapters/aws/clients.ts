import type { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ECRClient } from '@aws-sdk/client-ecr';
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { RDSClient } from '@aws-sdk/client-rds';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { STSClient } from '@aws-sdk/client-sts';
import type { Agent as HttpsAgent } from 'node:https';
import { accountOfRole, partitionOfArn, partitionOfRegion } from '../../domain/awsRole.js';
import { StackError } from '../../base/errors.js';
import { Patience } from '../../base/patience.js';
import { agentOf } from '../http/httpAgent.js';
import type { SecretRegistry } from '../../secrets/redact.js';
import { systemClock } from '../process/clock.js';
import { assumedCredentials, type RoleToAssume, type SessionCredentials } from './assumedRole.js';
import { CallCounter, createCall, type AwsCall } from './call.js';
import { LONGEST_SILENCE_MS, withPatience } from './awsPatience.js';
import { createRetryStrategy } from './retries.js';
import { sdk } from './sdk.js';

export interface AwsOptions {
  /** Where left out: AWS_REGION, then AWS_DEFAULT_REGION. */
  readonly region?: string | undefined;
  /** Account the credentials must belong to; `verifyAccount` (identity.ts) checks it. The role's where left out. */
  readonly account?: string | undefined;
  /** Profile of the shared AWS configuration; it wins over credentials in the environment. */
  readonly profile?: string | undefined;
  /** Assumed with those credentials; every client acts as it. */
  readonly role?: RoleToAssume | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: SecretRegistry;
  /** How AWS is waited for where it does not answer; without words where left out. */
  readonly patience?: Patience | undefined;
  /** The runner's version, for the user agent. */
  readonly version?: string;
}

/**
 * The AWS of one environment. A client is made, and its SDK loaded, when it is first asked for; every request goes
 * through `call`, which counts it, waits where AWS is silent, and turns what goes wrong into a StackError.
 */
export interface AwsClients {
  readonly region: string;
  readonly account: string | undefined;
  readonly calls: CallCounter;
  readonly call: AwsCall;
  /** The role that the clients act as, where there is one. */
  readonly assumed?: AssumedRole | undefined;
  /** Of groups of instances; `scaling` is that of services. */
  autoScaling(): Promise<AutoScalingClient>;
  cloudFront(): Promise<CloudFrontClient>;
  cloudWatch(): Promise<CloudWatchClient>;
  ecs(): Promise<ECSClient>;
  ecr(): Promise<ECRClient>;
  ec2(): Promise<EC2Client>;
  elb(): Promise<ElasticLoadBalancingV2Client>;
  rds(): Promise<RDSClient>;
  eventBridge(): Promise<EventBridgeClient>;
  /** One for all regions of a partition. */
  iam(): Promise<IAMClient>;
  quotas(): Promise<ServiceQuotasClient>;
  s3(): Promise<S3Client>;
  scaling(): Promise<ApplicationAutoScalingClient>;
  ssm(): Promise<SSMClient>;
  secretsManager(): Promise<SecretsManagerClient>;
  sts(): Promise<STSClient>;
  /** @param region where another one than the deployment's is meant */
  logs(region?: string): Promise<CloudWatchLogsClient>;
}

export interface AssumedRole extends RoleToAssume {
  /** Asks as who assumes it. */
  readonly base: () => Promise<STSClient>;
  readonly credentials: () => Promise<SessionCredentials>;
}

const CONNECT_TIMEOUT_MS = 5000;
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * @throws StackError CONFIG_INVALID where no region is to be found, or a role is not of the account or region
 */
export function createAwsClients(options: AwsOptions): AwsClients {
  const { env, secrets } = options;
  const region = options.region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  if (region === undefined || region === '') {
    throw new StackError('CONFIG_INVALID', 'no AWS region is set', {
      where: 'aws.region',
      next: 'Set `aws: { region: … }` in the environment of automation-stack.yml, or export AWS_REGION.',
    });
  }
  if (options.role !== undefined) refuseForeignRole(options.role.arn, options.account, region);
  secrets.register(env['AWS_SECRET_ACCESS_KEY']);
  secrets.register(env['AWS_SESSION_TOKEN']);
  const calls = new CallCounter();
  const patience = options.patience ?? new Patience({ clock: systemClock, tell: () => undefined });
  const partner = patience.partner('AWS');
  const profile = options.profile ?? env['AWS_PROFILE'];
  const credentials = profile === undefined ? environmentCredentials(env) : undefined;

  /** Settings that all clients share; `service` is the suffix of the service's own endpoint variable. */
  const baseSettings = async (service: string) => {
    const agent = await agentOf(env);
    const endpoint = endpointOf(env, service);
    return {
      region,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(profile === undefined ? {} : { profile }),
      ...(credentials === undefined ? {} : { credentials }),
      ...(options.version === undefined ? {} : { customUserAgent: `automation-stack/${options.version}` }),
      retryStrategy: createRetryStrategy(Math.random, (reason) => partner.miss(reason, LONGEST_SILENCE_MS)),
      requestHandler: {
        connectionTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        throwOnRequestTimeout: true,
        ...(agent === undefined ? {} : { httpAgent: agent, httpsAgent: agent as unknown as HttpsAgent }),
      },
    };
  };
  const call = withPatience(createCall(calls, secrets), partner);
  const lazy = <Client extends { readonly config: { credentials?: unknown } }>(
    make: () => Promise<Client>,
  ) => {
    let made: Promise<Client> | undefined;
    return () => {
      // The SDK announces the end of Node 20 on stderr from the first client on; it reads this variable just before.
      process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
      return (made ??= make());
    };
  };
  const logs = new Map<string, () => Promise<CloudWatchLogsClient>>();

  const base = lazy(async () => new (await sdk.sts()).STSClient(await baseSettings('STS')));
  const { role } = options;
  const assumed: AssumedRole | undefined =
    role === undefined
      ? undefined
      : {
          ...role,
          base,
          credentials: assumedCredentials(role, { sts: base, call, clock: systemClock, secrets }),
        };
  const settings = async (service: string) => ({
    ...(await baseSettings(service)),
    ...(assumed === undefined ? {} : { credentials: assumed.credentials }),
  });

  return {
    region,
    account: options.account ?? (role === undefined ? undefined : accountOfRole(role.arn)),
    assumed,
    calls,
    call,
    autoScaling: lazy(
      async () => new (await sdk.autoScaling()).AutoScalingClient(await settings('AUTO_SCALING')),
    ),
    cloudFront: lazy(async () => new (await sdk.cloudFront()).CloudFrontClient(await settings('CLOUDFRONT'))),
    cloudWatch: lazy(async () => new (await sdk.cloudWatch()).CloudWatchClient(await settings('CLOUDWATCH'))),
    ecs: lazy(async () => new (await sdk.ecs()).ECSClient(await settings('ECS'))),
    ecr: lazy(async () => new (await sdk.ecr()).ECRClient(await settings('ECR'))),
    ec2: lazy(async () => new (await sdk.ec2()).EC2Client(await settings('EC2'))),
    elb: lazy(
      async () =>
        new (await sdk.elb()).ElasticLoadBalancingV2Client(await settings('ELASTIC_LOAD_BALANCING_V2')),
    ),
    rds: lazy(async () => new (await sdk.rds()).RDSClient(await settings('RDS'))),
    eventBridge: lazy(
      async () => new (await sdk.eventBridge()).EventBridgeClient(await settings('EVENTBRIDGE')),
    ),
    iam: lazy(async () => new (await sdk.iam()).IAMClient(await settings('IAM'))),
    quotas: lazy(async () => new (await sdk.quotas()).ServiceQuotasClient(await settings('SERVICE_QUOTAS'))),
    s3: lazy(async () => {
      const common = await settings('S3');
      // Stand-ins for S3 seldom resolve BUCKET.HOST.
      return new (await sdk.s3()).S3Client({
        ...common,
        forcePathStyle: common.endpoint !== undefined,
        // A bucket of state may live in another region than the deployment.
        followRegionRedirects: true,
      });
    }),
    scaling: lazy(
      async () =>
        new (await sdk.scaling()).ApplicationAutoScalingClient(await settings('APPLICATION_AUTO_SCALING')),
    ),
    ssm: lazy(async () => new (await sdk.ssm()).SSMClient(await settings('SSM'))),
    secretsManager: lazy(
      async () => new (await sdk.secretsManager()).SecretsManagerClient(await settings('SECRETS_MANAGER')),
    ),
    sts: lazy(async () => new (await sdk.sts()).STSClient(await settings('STS'))),
    logs: (elsewhere = region) => {
      const known = logs.get(elsewhere);
      if (known !== undefined) return known();
      const make = lazy(async () => {
        const common = await settings('CLOUDWATCH_LOGS');
        return new (await sdk.logs()).CloudWatchLogsClient({ ...common, region: elsewhere });
      });
      logs.set(elsewhere, make);
      return make();
    },
  };
}

/** A configuration may say by reference what would have been refused when it was read. */
function refuseForeignRole(arn: string, account: string | undefined, region: string): void {
  const own = accountOfRole(arn);
  const said =
    own === undefined
      ? 'is not the ARN of a role'
      : account !== undefined && own !== account
        ? `is a role of account ${own}, but aws.account is ${account}`
        : partitionOfArn(arn) !== partitionOfRegion(region)
          ? `is a role of ${partitionOfArn(arn)}, but ${region} is in ${partitionOfRegion(region)}`
          : undefined;
  if (said === undefined) return;
  throw new StackError('CONFIG_INVALID', `aws.role ${said}`, {
    where: arn,
    next: 'Name a role of the environment’s own account and partition, such as arn:aws:iam::222222222222:role/delivery.',
  });
}

/**
 * Where a service of AWS is asked, if that is not its public address.
 * @param service suffix of the service's own variable, such as `SSM`
 */
export function endpointOf(
  env: Readonly<Record<string, string | undefined>>,
  service: string,
): string | undefined {
  return (env[`AWS_ENDPOINT_URL_${service}`] ?? env['AWS_ENDPOINT_URL']) || undefined;
}

/** Keys that stand in the environment need no credential chain, and none of the time it takes to load. */
function environmentCredentials(env: AwsOptions['env']) {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  if (!accessKeyId || !secretAccessKey) return undefined;
  const sessionToken = env['AWS_SESSION_TOKEN'];
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}
