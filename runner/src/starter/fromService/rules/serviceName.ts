import { StackError } from '../../../base/errors.js';
import { nearest } from '../../../base/nearest.js';
import { NAME } from '../../../config/schemaWords.js';
import { listed } from '../../rules/project.js';
import type { LivingService } from './livingService.js';

/** What `--from-service` names. */
export interface ServicePlace {
  readonly cluster: string;
  readonly service: string;
  /** Where an ARN says it. */
  readonly region?: string;
}

const ARN = /^arn:[\w-]+:ecs:([\w-]+):\d{12}:service\/([^/]+)\/([^/]+)$/;
const PLACE = /^([\w-]+)\/([\w-]+)$/;

/**
 * @param text `CLUSTER/SERVICE`, or the ARN of a service
 * @throws StackError USAGE
 */
export function servicePlace(text: string): ServicePlace {
  const [, region, ofArn, named] = ARN.exec(text) ?? [];
  if (region !== undefined && ofArn !== undefined && named !== undefined)
    return { region, cluster: ofArn, service: named };
  const [, cluster, service] = PLACE.exec(text) ?? [];
  if (cluster !== undefined && service !== undefined) return { cluster, service };
  throw new StackError('USAGE', `--from-service takes CLUSTER/SERVICE or the ARN of a service, not ${text}`, {
    next: 'Names: `aws ecs list-clusters`, then `aws ecs list-services --cluster CLUSTER`.',
  });
}

/** @throws StackError USAGE where it cannot be the name of an environment */
export function requireEnvironmentName(name: string): void {
  if (NAME.test(name)) return;
  throw new StackError('USAGE', `--env ${name} is no name for an environment`, {
    next: 'Take lower-case letters, digits and dashes, starting with a letter, such as staging.',
  });
}

/**
 * A service that is not there, with the names that are most like it.
 * @param known names of clusters or services there; undefined where they may not be listed
 */
export function missingService(
  { cluster, service }: ServicePlace,
  there: { readonly region: string; readonly account: string | undefined },
  missing: 'cluster' | 'service',
  known: readonly string[] | undefined,
): StackError {
  const { region, account } = there;
  const wanted = missing === 'cluster' ? cluster : service;
  const like = nearest(wanted, known ?? []);
  const suggestion =
    like === undefined ? undefined : missing === 'cluster' ? `${like}/${service}` : `${cluster}/${like}`;
  const names =
    known === undefined
      ? undefined
      : known.length === 0
        ? `there are no ${missing}s at all`
        : `${missing}s there: ${listed([...known].sort())}`;
  return new StackError(
    'USAGE',
    missing === 'cluster'
      ? `there is no ECS cluster ${cluster} in ${region}`
      : `there is no service ${service} in cluster ${cluster}`,
    {
      where: account === undefined ? region : `account ${account}, ${region}`,
      ...(names === undefined ? {} : { evidence: [names] }),
      next:
        suggestion === undefined
          ? 'Correct the name, name another region with --region, or use the credentials of another account.'
          : `Did you mean --from-service ${suggestion}? If it is in another region, add --region.`,
    },
  );
}

/**
 * Services that no target of the kind ecs-service can be, told by name before anything is written.
 * @throws StackError CONFIG_INVALID
 */
export function refuseOthers({
  cluster,
  service,
  controller,
  isDaemon,
}: Pick<LivingService, 'cluster' | 'service' | 'controller' | 'isDaemon'>): void {
  const where = `cluster ${cluster}`;
  if (controller !== 'ECS') {
    const who = controller === 'CODE_DEPLOY' ? 'CodeDeploy' : 'an external controller';
    throw new StackError(
      'CONFIG_INVALID',
      `the service ${service} is deployed by ${who} (${controller}), not by ECS`,
      {
        where,
        next: `Change its deployment controller first (aws ecs update-service --cluster ${cluster} --service ${service} --deployment-controller type=ECS), then run this again.`,
      },
    );
  }
  if (isDaemon)
    throw new StackError('CONFIG_INVALID', `the service ${service} is a daemon (schedulingStrategy DAEMON)`, {
      where,
      next: 'Leave it with Terraform: a daemon has as many tasks as there are machines, and is no target of a deploy.',
    });
}
