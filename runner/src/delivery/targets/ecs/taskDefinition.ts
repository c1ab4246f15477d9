import { StackError } from '../../../base/errors.js';
import { nearest } from '../../../base/nearest.js';
import type {
  ContainerDefinition,
  RegisterTaskDefinitionCommandInput,
  Tag,
  TaskDefinition,
} from '../../../adapters/aws/ecs.js';

export interface TaskDefinitionChange {
  /** Container that gets the image; the first where undefined. */
  readonly container: string | undefined;
  /** Whole image reference, by digest. */
  readonly image: string;
  /** Variables that are set or replaced; all others stay. */
  readonly environment: Readonly<Record<string, string | number | boolean>>;
  /** The release that it is registered for. */
  readonly version?: string;
}

/** Label of a container with the version that its revision was registered for; the same content later makes no revision. */
export const VERSION_LABEL = 'automation-stack.version';

export interface NextTaskDefinition {
  readonly input: RegisterTaskDefinitionCommandInput;
  /** Name of the container that gets the image. */
  readonly container: string;
  /** False where what is registered already says the same. */
  readonly changed: boolean;
}

/**
 * What DescribeTaskDefinition answers but RegisterTaskDefinition refuses: where it came from and what became of it.
 * Everything else is carried over, also what this version of the SDK does not know: `EcsApi` reads and writes the JSON
 * itself, since the SDK drops unknown members at every level.
 */
export const NOT_REGISTERABLE = [
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
  'deregisteredAt',
  'deleteRequestedAt',
] as const satisfies readonly (keyof TaskDefinition)[];

/**
 * The next revision of a task definition: the same but for the image of one container and its variables.
 *
 * @throws StackError CONFIG_INVALID where the container is not in it, or a variable is one of its secrets
 */
export function nextTaskDefinition(
  current: TaskDefinition,
  tags: readonly Tag[],
  change: TaskDefinitionChange,
): NextTaskDefinition {
  const containers = current.containerDefinitions ?? [];
  const container = findContainer(current, change.container);
  const next = labelled(changeContainer(container, change), change.version);
  const kept = Object.fromEntries(
    Object.entries(current).filter(
      ([key, value]) => !(NOT_REGISTERABLE as readonly string[]).includes(key) && !isEmpty(value),
    ),
  );
  // AWS keeps its own prefix to itself.
  const ownTags = tags.filter((tag) => tag.key?.startsWith('aws:') !== true);
  return {
    input: {
      ...kept,
      family: current.family,
      containerDefinitions: containers.map((one) => (one === container ? next : one)),
      ...(ownTags.length === 0 ? {} : { tags: [...ownTags] }),
    },
    container: container.name ?? '',
    changed: next.image !== container.image || variablesDiffer(container, next),
  };
}

/**
 * The container of a task definition that the configuration means.
 * @param name the first container where left out
 * @throws StackError CONFIG_INVALID where it has none of that name
 */
export function findContainer(definition: TaskDefinition, name: string | undefined): ContainerDefinition {
  const containers = definition.containerDefinitions ?? [];
  const found = name === undefined ? containers[0] : containers.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = containers.map((one) => one.name ?? '');
  const like = name === undefined ? undefined : nearest(name, names);
  throw new StackError('CONFIG_INVALID', `${definition.family} has no container ${name ?? ''}`, {
    where: definition.taskDefinitionArn,
    next: `Set the target's \`container\` to ${like ?? names.join(' or ')}.`,
  });
}

function changeContainer(container: ContainerDefinition, change: TaskDefinitionChange): ContainerDefinition {
  const wanted = new Map(Object.entries(change.environment).map(([name, value]) => [name, String(value)]));
  const clash = container.secrets?.find((secret) => secret.name !== undefined && wanted.has(secret.name));
  if (clash !== undefined) {
    throw new StackError(
      'CONFIG_INVALID',
      `${clash.name} is a secret of container ${container.name} already`,
      {
        where: `environment.${clash.name}`,
        next: `Remove ${clash.name} from the target's environment, or from \`secrets\` in the task definition.`,
      },
    );
  }
  if (wanted.size === 0) return { ...container, image: change.image };
  // Replaced in place, new ones at the end: the order of the file does not make a new revision.
  const kept = (container.environment ?? []).map((one) => {
    const value = wanted.get(one.name ?? '');
    wanted.delete(one.name ?? '');
    return value === undefined ? one : { ...one, value };
  });
  const added = [...wanted].map(([name, value]) => ({ name, value }));
  return { ...container, image: change.image, environment: [...kept, ...added] };
}

function labelled(container: ContainerDefinition, version: string | undefined): ContainerDefinition {
  if (version === undefined) return container;
  return { ...container, dockerLabels: { ...container.dockerLabels, [VERSION_LABEL]: version } };
}

function variablesDiffer(before: ContainerDefinition, after: ContainerDefinition): boolean {
  const values = (container: ContainerDefinition) =>
    new Map((container.environment ?? []).map((one) => [one.name ?? '', one.value ?? '']));
  const old = values(before);
  const fresh = values(after);
  return old.size !== fresh.size || [...fresh].some(([name, value]) => old.get(name) !== value);
}

/** Some answers name a role or a mode that is not set by an empty text, which registering refuses. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** `sha256:…` of an image reference, undefined where it goes by tag. */
export function digestOf(image: string | undefined): string | undefined {
  return image?.match(/@(sha256:[0-9a-f]{64})$/)?.[1];
}
