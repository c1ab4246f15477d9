import { posix } from 'node:path';
import { referencesIn } from './referencesIn.js';
import type { TargetConfig } from './kindSchemas.js';
import type { EnvironmentConfig, ParsedConfig } from './schema.js';
import type { Path } from './path.js';

/** Two places of a configuration that mean one and the same thing, where each has to have its own. */
export interface Collision {
  readonly path: Path;
  /** The place that came first; its line is told. */
  readonly other: Path;
  /** What is the same, and what to do. */
  readonly message: AboutPlace;
}

/** A message that names the other place. */
export type AboutPlace = (place: string) => string;

interface Claim {
  readonly path: Path;
  /** What must be the claimant's alone; claims of equal text collide. */
  readonly key: string;
}

/**
 * What two parts of a configuration would fight over: services, hosts, repositories, Terraform states, target groups.
 * Only what is certain from the text: names with references may come to differ, and are compared when they are resolved.
 */
export function collisions(config: ParsedConfig, kinds: CollidingKinds): readonly Collision[] {
  const environments = Object.entries(config.environments);
  const found = [
    ...pairs(
      repositories(config),
      (place) => `pushes to the repository of ${place}: give each image its own repository`,
    ),
    ...targets(environments, config, kinds),
    ...states(environments),
  ];
  // One place is told once, with the first that it collides with.
  const seen = new Set<string>();
  return found.filter(({ path }) => !seen.has(path.join('.')) && seen.add(path.join('.')));
}

type Named = readonly (readonly [name: string, config: EnvironmentConfig])[];

/** Each claim after the first of its kind, with the first. */
function pairs(claims: readonly Claim[], message: AboutPlace): Collision[] {
  return claims.flatMap((claim, index) => {
    const other = claims.slice(0, index).find(({ key }) => key === claim.key);
    return other === undefined ? [] : [{ path: claim.path, other: other.path, message }];
  });
}

function repositories({ images }: ParsedConfig): Claim[] {
  return Object.entries(images).map(([name, { repository }]) => ({
    path: ['images', name, 'repository'],
    key: repository,
  }));
}

/** A target, with where it stands. */
export interface Placed<Target extends TargetConfig = TargetConfig> {
  readonly environment: string;
  readonly settings: EnvironmentConfig;
  readonly name: string;
  readonly target: Target;
}

/** A kind of target, as far as its targets may get into each other's way. */
export interface CollidingTarget<Own extends TargetConfig = TargetConfig> {
  readonly name: string;
  /**
   * What two targets of this kind would fight over.
   * @param one stands after `other`
   */
  collisions?(one: Placed<Own>, other: Placed<Own>, config: ParsedConfig): readonly Collision[];
}

interface CollidingKinds {
  readonly targets: readonly CollidingTarget[];
}

/** What targets of one kind would fight over, as the kind knows it. */
function targets(environments: Named, config: ParsedConfig, kinds: CollidingKinds): Collision[] {
  return kinds.targets.flatMap((kind) => {
    const placed = environments.flatMap(([environment, settings]) =>
      Object.entries(settings.targets).flatMap(([name, target]): Placed[] =>
        target.kind === kind.name ? [{ environment, settings, name, target }] : [],
      ),
    );
    return [...everyPair(placed)].flatMap(([one, other]) => kind.collisions?.(one, other, config) ?? []);
  });
}

/** Path of a key of a target. */
export const pathOf = ({ environment, name }: Placed, ...rest: string[]): Path => [
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

/** The entries of a map in an order that does not depend on how it is written. */
export const sorted = (map: object | undefined) =>
  Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));

function states(environments: Named): Collision[] {
  const found: Collision[] = [];
  for (const [[name, one], [otherName, other]] of everyPair(environments)) {
    if (one.infrastructure === undefined || other.infrastructure === undefined) continue;
    if (stateOf(one) !== stateOf(other) || inputsOf(one) === inputsOf(other)) continue;
    found.push({
      path: ['environments', name, 'infrastructure'],
      other: ['environments', otherName, 'infrastructure'],
      message: (place) =>
        `is the same Terraform state as ${place}, but with other values: each apply would undo the other; give it its own workspace`,
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
export function meansTheSame(
  names: readonly string[],
  { settings: one, environment }: Placed,
  { settings: other, environment: otherName }: Placed,
  { jenkins }: ParsedConfig,
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
