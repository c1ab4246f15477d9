import { posix } from 'node:path';
import type * as z from 'zod';
import { referencesIn } from './referencesIn.js';
import type { configSchema, EcsServiceConfig, EnvironmentConfig, FleetConfig } from './schema.js';
import type { Path } from './path.js';

type Parsed = z.output<typeof configSchema>;

/** Two places of a configuration that mean one and the same thing, where each has to have its own. */
export interface Collision {
  readonly path: Path;
  /** The place that came first; its line is told. */
  readonly other: Path;
  /** What is the same, and what to do; `PLACE` stands for the other place. */
  readonly message: string;
}

interface Claim {
  readonly path: Path;
  /** What must be the claimant's alone; claims of equal text collide. */
  readonly key: string;
}

/**
 * What two parts of a configuration would fight over: services, hosts, repositories, Terraform states, target groups.
 * Only what is certain from the text: names with references may come to differ, and are compared when they are resolved.
 */
export function collisions(config: Parsed): readonly Collision[] {
  const environments = Object.entries(config.environments);
  const found = [
    ...pairs(repositories(config), 'pushes to the repository of PLACE: give each image its own repository'),
    ...services(environments, config),
    ...fleets(environments, config),
    ...states(environments),
  ];
  // One place is told once, with the first that it collides with.
  const seen = new Set<string>();
  return found.filter(({ path }) => !seen.has(path.join('.')) && seen.add(path.join('.')));
}

type Named = readonly (readonly [name: string, config: EnvironmentConfig])[];

/** Each claim after the first of its kind, with the first. */
function pairs(claims: readonly Claim[], message: string): Collision[] {
  return claims.flatMap((claim, index) => {
    const other = claims.slice(0, index).find(({ key }) => key === claim.key);
    return other === undefined ? [] : [{ path: claim.path, other: other.path, message }];
  });
}

function repositories({ images }: Parsed): Claim[] {
  return Object.entries(images).map(([name, { repository }]) => ({
    path: ['images', name, 'repository'],
    key: repository,
  }));
}

interface Placed<Target> {
  readonly environment: string;
  readonly settings: EnvironmentConfig;
  readonly name: string;
  readonly target: Target;
}

function targetsOf<Kind extends 'ecs-service' | 'fleet'>(environments: Named, kind: Kind) {
  type Target = Kind extends 'fleet' ? FleetConfig : EcsServiceConfig;
  return environments.flatMap(([environment, settings]) =>
    Object.entries(settings.targets)
      .filter(([, target]) => target.kind === kind)
      .map(([name, target]): Placed<Target> => ({ environment, settings, name, target: target as Target })),
  );
}

const pathOf = ({ environment, name }: Placed<unknown>, ...rest: string[]): Path => [
  'environments',
  environment,
  'targets',
  name,
  ...rest,
];

/** Every pair, the one that stands first as the second of the two. */
function* everyPair<T>(items: readonly T[]): Generator<readonly [T, T]> {
  for (const [index, item] of items.entries()) for (const other of items.slice(0, index)) yield [item, other];
}

function services(environments: Named, config: Parsed): Collision[] {
  const found: Collision[] = [];
  for (const [one, other] of everyPair(targetsOf(environments, 'ecs-service'))) {
    const within = one.environment === other.environment;
    if (serviceName(one.target) !== serviceName(other.target)) continue;
    if (!within && !meansTheSame([one.target.cluster, one.target.service], one, other, config)) continue;
    const message = within
      ? sharedService(one.target, other.target)
      : 'deploys to the same ECS service as PLACE, so each release replaces the other: give it its own service';
    if (message === undefined) continue;
    const key = within && message.includes('migrate') ? 'migrate' : 'service';
    found.push({ path: pathOf(one, key), other: pathOf(other, key), message });
  }
  return found;
}

/**
 * Two targets of one environment may be two containers of one service.
 * @returns what keeps them from it; undefined where they may
 */
export function sharedService(
  one: Pick<EcsServiceConfig, 'container' | 'migrate'>,
  other: Pick<EcsServiceConfig, 'container' | 'migrate'>,
): string | undefined {
  if (one.container === undefined || other.container === undefined || one.container === other.container)
    return 'is the same ECS service as PLACE: if they are two containers of it, name the `container` of each; otherwise give each its own service';
  if (one.migrate !== undefined && other.migrate !== undefined)
    return 'migrates with the same ECS service as PLACE: a service can have only one `migrate`';
  return undefined;
}

/** Cluster and service, which may both be given as ARNs. */
export const serviceName = ({ cluster, service }: Pick<EcsServiceConfig, 'cluster' | 'service'>): string =>
  [cluster, service]
    .map((name) => (/^arn:/.test(name) ? name.slice(name.lastIndexOf('/') + 1) : name))
    .join('/');

function fleets(environments: Named, config: Parsed): Collision[] {
  const found: Collision[] = [];
  for (const [one, other] of everyPair(targetsOf(environments, 'fleet'))) {
    const within = one.environment === other.environment;
    const [a, b] = [one.target, other.target];
    const sameHosts = a.group === b.group && (within || sameInventory(one, other, config));
    const report = (key: string, message: string) =>
      found.push({ path: pathOf(one, key), other: pathOf(other, key), message });
    if (sameHosts && (a.port === b.port || one.name === other.name)) {
      report(
        'group',
        `is on the same hosts as PLACE, with the same ${a.port === b.port ? 'port' : 'container'}`,
      );
    }
    const group = a['target-group'];
    if (group === undefined || group !== b['target-group']) continue;
    if (within && a.image !== b.image)
      report('target-group', 'is the target group of PLACE, which serves another image');
    if (!within && meansTheSame([group], one, other, config))
      report(
        'target-group',
        'is the target group of PLACE: requests would go to the hosts of both environments',
      );
  }
  return found;
}

function sameInventory(one: Placed<unknown>, other: Placed<unknown>, config: Parsed): boolean {
  const tags = one.settings.inventory.tags;
  if (
    tags === undefined ||
    JSON.stringify(sorted(tags)) !== JSON.stringify(sorted(other.settings.inventory.tags))
  )
    return false;
  return meansTheSame(Object.values(tags), one, other, config);
}

const sorted = (map: object | undefined) => Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));

function states(environments: Named): Collision[] {
  const found: Collision[] = [];
  for (const [[name, one], [otherName, other]] of everyPair(environments)) {
    if (one.infrastructure === undefined || other.infrastructure === undefined) continue;
    if (stateOf(one) !== stateOf(other) || inputsOf(one) === inputsOf(other)) continue;
    found.push({
      path: ['environments', name, 'infrastructure'],
      other: ['environments', otherName, 'infrastructure'],
      message:
        'is the same Terraform state as PLACE, but with other values: each apply would undo the other; give it its own workspace',
    });
  }
  return found;
}

/** Which Terraform state an environment is about. */
function stateOf({ infrastructure }: EnvironmentConfig): string | undefined {
  if (infrastructure === undefined) return undefined;
  const { directory, workspace = 'default' } = infrastructure;
  return JSON.stringify([posix.normalize(`${directory}/`), workspace, infrastructure['backend-config']]);
}

/** What an apply is given. */
function inputsOf({ infrastructure, aws }: EnvironmentConfig): string {
  return JSON.stringify([infrastructure?.['var-files'], infrastructure?.variables, sorted(aws)]);
}

/**
 * Whether equal names in two environments are surely one thing: without references in the same account and region, or
 * outputs of the same Terraform state.
 */
function meansTheSame(
  names: readonly string[],
  { settings: one, environment }: Placed<unknown>,
  { settings: other, environment: otherName }: Placed<unknown>,
  { jenkins }: Parsed,
): boolean {
  const state = stateOf(one);
  const references = referencesIn(names);
  if (references.length > 0) {
    const outputs = references.every(({ kind }) => kind === 'output');
    return outputs && state !== undefined && state === stateOf(other) && referencesIn(state).length === 0;
  }
  const credentials = jenkins['aws-credentials'];
  const of = (name: string) => (typeof credentials === 'object' ? credentials[name] : credentials);
  return (
    of(environment) === of(otherName) &&
    referencesIn([one.aws, other.aws]).length === 0 &&
    JSON.stringify(sorted(one.aws)) === JSON.stringify(sorted(other.aws))
  );
}
