import {
  meansTheSame,
  pathOf,
  type AboutPlace,
  type Collision,
  type Placed,
} from '../../../config/collisions.js';
import type { ParsedConfig } from '../../../config/schema.js';
import type { EcsServiceConfig } from './schema.js';

/** Two targets that are one service: containers of it, or a mistake. */
export function serviceCollisions(
  one: Placed<EcsServiceConfig>,
  other: Placed<EcsServiceConfig>,
  config: ParsedConfig,
): readonly Collision[] {
  const within = one.environment === other.environment;
  if (serviceName(one.target) !== serviceName(other.target)) return [];
  if (!within && !meansTheSame([one.target.cluster, one.target.service], one, other, config)) return [];
  const problem = within ? sharedService(one.target, other.target) : SAME_SERVICE;
  if (problem === undefined) return [];
  const { key, message } = problem;
  return [{ path: pathOf(one, key), other: pathOf(other, key), message }];
}

/** What is wrong with two targets of one service: the key to correct, and why. */
interface ServiceProblem {
  readonly key: 'service' | 'migrate';
  readonly message: AboutPlace;
}

const SAME_SERVICE: ServiceProblem = {
  key: 'service',
  message: (scope) =>
    `deploys to the same ECS service as ${scope}, so each release replaces the other: give it its own service`,
};

/**
 * Two targets of one environment may be two containers of one service.
 * @returns what keeps them from it; undefined where they may
 */
export function sharedService(
  one: Pick<EcsServiceConfig, 'container' | 'migrate'>,
  other: Pick<EcsServiceConfig, 'container' | 'migrate'>,
): ServiceProblem | undefined {
  if (one.container === undefined || other.container === undefined || one.container === other.container)
    return {
      key: 'service',
      message: (scope) =>
        `is the same ECS service as ${scope}: if they are two containers of it, name the \`container\` of each; otherwise give each its own service`,
    };
  if (one.migrate !== undefined && other.migrate !== undefined)
    return {
      key: 'migrate',
      message: (scope) =>
        `migrates with the same ECS service as ${scope}: a service can have only one \`migrate\``,
    };
  return undefined;
}

/** Cluster and service, which may both be given as ARNs. */
export const serviceName = ({ cluster, service }: Pick<EcsServiceConfig, 'cluster' | 'service'>): string =>
  [cluster, service]
    .map((name) => (/^arn:/.test(name) ? name.slice(name.lastIndexOf('/') + 1) : name))
    .join('/');
