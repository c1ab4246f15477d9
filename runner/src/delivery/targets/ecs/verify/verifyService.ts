import { hasLogGroup } from '../../../../adapters/aws/logs.js';
import type { AwsClients } from '../../../../adapters/aws/clients.js';
import { readManifest } from '../../../../adapters/aws/ecr.js';
import type { Service, TaskDefinition } from '../../../../adapters/aws/ecs.js';
import { findTargetGroup } from '../../../../adapters/aws/elb.js';
import { describeNetwork } from '../../../../adapters/aws/network.js';
import { StackError } from '../../../../base/errors.js';
import { once } from '../../../../base/once.js';
import type { Wanted } from '../../../../context/target.js';
import type { CheckResult, Finding } from '../../../../domain/finding.js';
import type { ReleaseImage } from '../../../../domain/records.js';
import type { Revision } from '../mergeDefinition.js';
import type { EcsServiceConfig } from '../schema.js';
import { fargateShares } from './fargate.js';
import { imageFinding } from './imageCheck.js';
import { addressesFinding, networkFinding, subnetsOf } from './networkCheck.js';
import { addedVcpus } from './quotaCheck.js';
import { secretsFinding, secretsOf } from './secretsCheck.js';
import { secretStates } from './secretStates.js';
import { strategyFinding } from './strategyCheck.js';
import { healthFinding, portsFinding } from './trafficCheck.js';
import { verifyQuota } from './verifyQuota.js';
import { verifyRole } from './verifyRole.js';

type Check = readonly [id: string, title: string, run: () => Finding | Promise<Finding>];

/** A service, and what a deploy would make of it. */
export interface ServiceToVerify {
  readonly name: string;
  readonly config: EcsServiceConfig;
  readonly aws: AwsClients;
  /** Where the images are. */
  readonly images: AwsClients;
  readonly service: Service;
  readonly running: Revision;
  /** The next revision. */
  readonly definition: TaskDefinition;
  readonly image: ReleaseImage;
  readonly wanted: Wanted;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** Looks at everything that a deploy of the service leans on, side by side; changes nothing. */
export async function verifyService(one: ServiceToVerify): Promise<readonly CheckResult[]> {
  const { aws, config, service, running, definition, signal } = one;
  const { region } = aws;
  const subnets = subnetsOf(service, definition);
  const network = once(() => describeNetwork(aws, subnets, signal));
  const secrets = secretsOf(definition, region);
  const kept = once(() => secretStates(aws, secrets, signal));
  const views = async () => (await kept()).views;
  const shares = fargateShares(service, definition);
  const checks: readonly Check[] = [
    ['strategy', 'Strategy', () => strategyFinding(service, config.strategy)],
    ['image', 'Image', () => image(one)],
    ['role', 'Execution role', () => verifyRole({ aws, service, running, definition, views, signal })],
    ['secrets', 'Secrets', async () => secretsFinding(secrets, (await kept()).states, region)],
    ['logs', 'Log groups', () => logs(one)],
    ['ports', 'Ports', () => portsFinding(service, definition)],
    [
      'health',
      'Health check',
      async () => {
        const arns = (service.loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? []);
        const groups = await Promise.all(arns.map((arn) => findTargetGroup(aws, arn)));
        return healthFinding(groups, service, definition, config.health);
      },
    ],
    [
      'network',
      'Way to registry',
      async () =>
        networkFinding(
          service,
          subnets,
          subnets.length === 0 ? { subnets: [], routeTables: [], endpoints: [] } : await network(),
        ),
    ],
    [
      'addresses',
      'Addresses',
      async () => addressesFinding(service, subnets, subnets.length === 0 ? noNetwork : await network()),
    ],
    ...(shares.length === 0
      ? []
      : [
          [
            'quota',
            'Quota of vCPUs',
            () =>
              verifyQuota(one, shares, addedVcpus(service, config.strategy, running.definition, definition)),
          ] satisfies Check,
        ]),
  ];
  return Promise.all(
    checks.map(async ([id, title, run]): Promise<CheckResult> => ({
      id: `${id}:${one.name}`,
      title: `${title} of ${one.name}`,
      required: true,
      ...(await orUnverified(run)),
    })),
  );
}

const noNetwork = { subnets: [], routeTables: [], endpoints: [] };

/** What AWS does not tell, or this role may not ask, is no problem of the service. */
async function orUnverified(run: () => Finding | Promise<Finding>): Promise<Finding> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    const { message, next } = error;
    if (error.code === 'CONFIG_INVALID')
      return { status: 'failed', found: message, ...(next === undefined ? {} : { next }) };
    return { status: 'unverified', found: message, ...(next === undefined ? {} : { next }) };
  }
}

async function image({
  images,
  image,
  definition,
  wanted,
  signal,
  config,
}: ServiceToVerify): Promise<Finding> {
  const { repository, digest } = image;
  const { version } = wanted.release;
  if (digest === '') return { status: 'skipped', found: `${version} is not built yet: the deploy does it` };
  const manifest = await readManifest(images, repository, { imageDigest: digest }, signal);
  const platform = wanted.platforms[config.image];
  const reference = `${repository}@${digest.slice(0, 19)}`;
  return imageFinding({ reference, version, platform, manifest }, definition);
}

/** A task whose log group is not there does not start, unless its role makes it. */
async function logs({ aws, definition, signal }: ServiceToVerify): Promise<Finding> {
  const groups = new Map<string, string | undefined>();
  for (const { logConfiguration } of definition.containerDefinitions ?? []) {
    const { options } = logConfiguration ?? {};
    const group = options?.['awslogs-group'];
    if (logConfiguration?.logDriver !== 'awslogs' || group === undefined) continue;
    if (options?.['awslogs-create-group'] !== 'true') groups.set(group, options?.['awslogs-region']);
  }
  if (groups.size === 0) return { status: 'skipped', found: 'none has to be there' };
  const found = await Promise.all(
    [...groups].map(
      async ([group, region]) => [group, await hasLogGroup(aws, group, region, signal)] as const,
    ),
  );
  const missing = found.flatMap(([group, isThere]) => (isThere ? [] : [group]));
  if (missing.length === 0) return { status: 'ok', found: [...groups.keys()].join(', ') };
  return {
    status: 'failed',
    found: `${missing.join(', ')} is not there: tasks do not start without it`,
    next: `aws logs create-log-group --region ${groups.get(missing[0] ?? '') ?? aws.region} --log-group-name ${missing[0]}`,
  };
}
