import type { AttributeChange, DeliveryOwned } from '../../domain/plan.js';
import type { DeploymentRecord } from '../../domain/records.js';
import { isRecord } from '../../base/toolJson.js';

/** What the last deployment has put where, of one target. */
export interface Delivered {
  readonly target: string;
  readonly version: string;
  readonly cluster: string;
  /** Name of the service that serves. */
  readonly service: string;
  /** Name of the service of the other colour, where the ledger has it. */
  readonly other?: string;
  /** Colour that is live, where the target has two services. */
  readonly live?: string;
  /** ARNs of the rules that it changes, or has ECS change. */
  readonly rules: readonly string[];
  /** ARN of the group that requests go to; absent where the ledger does not say, or a deployment is moving them now. */
  readonly group?: string;
}

/** Types of resources of which a delivery owns a part, with the attributes. */
const OWNED: Readonly<Record<string, readonly string[]>> = {
  aws_lb_listener_rule: ['action'],
  aws_lb_listener: ['default_action'],
  aws_ecs_service: ['task_definition', 'desired_count'],
  aws_appautoscaling_target: ['min_capacity'],
};
/** What else ECS is told with each deployment, where it moves the requests. */
const OF_ECS = [
  ...['load_balancer', 'alarms', 'deployment_configuration', 'deployment_circuit_breaker'],
  ...['deployment_minimum_healthy_percent', 'deployment_maximum_percent'],
];

/** Whether a delivery can own a part of such a resource at all. */
export const mayBeOwned = (type: string): boolean => Object.hasOwn(OWNED, type);

/**
 * What the ledger says of the services of an environment.
 * @param record the last deployment that ended well
 * @param isMoving whether another one is under way: where requests go is then not to be told
 */
export function deliveredBy(record: DeploymentRecord, isMoving: boolean): readonly Delivered[] {
  return Object.entries(record.targets ?? {}).flatMap(([target, { kind, facts = {} }]): Delivered[] => {
    const { cluster, service, live, strategy, rule, 'other-service': other } = facts;
    if (kind !== 'ecs-service' || cluster === undefined || service === undefined) return [];
    const group = strategy === 'switch' && !isMoving ? facts['target-group'] : undefined;
    return [
      {
        target,
        version: record.version,
        cluster: nameOf(cluster),
        service: nameOf(service),
        ...(other === undefined ? {} : { other: nameOf(other) }),
        rules: [rule, facts['test-rule']].filter((one) => one !== undefined),
        ...(live === undefined ? {} : { live }),
        ...(group === undefined ? {} : { group }),
      },
    ];
  });
}

/** One resource as a plan has it. */
export interface LiveResource {
  readonly address: string;
  readonly type: string;
  /** Its attributes as they are in the world now. */
  readonly now: unknown;
  /** What differs. */
  readonly changes: readonly AttributeChange[];
}

/**
 * What of a resource's changes the delivery owns. Pure.
 * @returns undefined where that is nothing
 */
export function ownedOf(resource: LiveResource, delivered: readonly Delivered[]): DeliveryOwned | undefined {
  const { address, type, now, changes } = resource;
  if (!mayBeOwned(type) || !isRecord(now)) return undefined;
  const found = delivered.find((one) => isItsOwn(type, now, one));
  if (found === undefined) return undefined;
  const attributes = [
    ...(OWNED[type] ?? []),
    ...(type === 'aws_ecs_service' && found.rules.length > 0 && found.live === undefined ? OF_ECS : []),
  ];
  const paths = changes.map(({ path }) => path).filter((path) => attributes.includes(attributeOf(path)));
  if (paths.length === 0) return undefined;
  const { target, version, live, group, rules } = found;
  const isRule = type === 'aws_lb_listener_rule' || type === 'aws_lb_listener';
  // The first rule is the one of production; where the other one sends requests is no promise to anybody.
  const sole = isRule && now['arn'] === rules[0] ? soleGroup(now[attributes[0] as string]) : undefined;
  return {
    address,
    what: isRule ? 'rule' : type === 'aws_ecs_service' ? 'service' : 'scaling',
    id: isRule ? text(now['arn']) : nameInCluster(type, now),
    target,
    version,
    ...(live === undefined ? {} : { live }),
    paths,
    ...(group === undefined || sole === undefined || sole === group ? {} : { elsewhere: sole }),
  };
}

/** `delivery owns rule arn:…: green = 1.4.0`, and what is wrong with it. */
export function ownedText({ what, id, live, version, elsewhere }: DeliveryOwned): string {
  const words = what === 'scaling' ? 'the scaling of' : what;
  const owns = `delivery owns ${words} ${id}: ${live === undefined ? '' : `${live} = `}${version}`;
  return elsewhere === undefined ? owns : `${owns}, but it sends requests to ${elsewhere}`;
}

/** Whether a delivery owns all of these changes, those aside that follow from others. */
export const isAllOwned = (owned: DeliveryOwned, changes: readonly AttributeChange[]): boolean =>
  changes.every(({ path, unknown }) => unknown || owned.paths.includes(path));

/** The resource's own attribute: `ingress` of `ingress[0].from_port`. */
export const attributeOf = (path: string): string => /^[^.[]*/.exec(path)?.[0] ?? path;

function isItsOwn(type: string, now: Readonly<Record<string, unknown>>, delivered: Delivered): boolean {
  if (type === 'aws_lb_listener_rule' || type === 'aws_lb_listener')
    return delivered.rules.includes(text(now['arn']));
  const services = servicesOf(delivered).map((service) => `${delivered.cluster}/${service}`);
  return services.includes(nameInCluster(type, now));
}

/** The service that serves, and the one of the other colour. */
function servicesOf({ service, live, other }: Delivered): readonly string[] {
  if (other !== undefined) return [service, other];
  if (live === undefined || !service.endsWith(`-${live}`)) return [service];
  const stem = service.slice(0, -live.length);
  return [`${stem}blue`, `${stem}green`];
}

/** `CLUSTER/NAME`: a service has its cluster in its ARN, and what scales it has both in one word. */
function nameInCluster(type: string, now: Readonly<Record<string, unknown>>): string {
  if (type === 'aws_appautoscaling_target') return text(now['resource_id']).replace(/^service\//, '');
  return `${nameOf(text(now['cluster']))}/${text(now['name'])}`;
}

/** The only group that an action sends requests to; undefined where that cannot be told. */
function soleGroup(actions: unknown): string | undefined {
  const [action, ...more] = Array.isArray(actions) ? (actions as readonly unknown[]) : [];
  if (!isRecord(action) || more.length > 0) return undefined;
  const forwards = Array.isArray(action['forward']) ? (action['forward'] as readonly unknown[]) : [];
  const groups = forwards
    .flatMap((forward) =>
      isRecord(forward) && Array.isArray(forward['target_group'])
        ? (forward['target_group'] as readonly unknown[])
        : [],
    )
    .filter((group) => isRecord(group) && Number(group['weight'] ?? 1) > 0)
    .map((group) => text((group as Readonly<Record<string, unknown>>)['arn']));
  if (groups.length > 0) return groups.length === 1 ? groups[0] : 'several groups';
  return text(action['target_group_arn']) === '' ? undefined : text(action['target_group_arn']);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
/** The name that ends an ARN; anything else as it is. */
const nameOf = (value: string): string => value.slice(value.lastIndexOf('/') + 1);
