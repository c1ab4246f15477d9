import { contractOf, expandOf } from '../../../config/migrateSchema.js';
import type { ReleaseImage, ReleaseRecord } from '../../../domain/records.js';
import { fillRelease } from '../../rules/releaseValues.js';
import { contractWords, withoutMigration } from '../../rules/taskWords.js';
import { snapshotBefore } from '../../snapshots/takeSnapshot.js';
import type { EcsScope, Service } from '../../../adapters/aws/ecs.js';
import type { EcsTasks } from '../../../adapters/aws/ecsTasks.js';
import { readLog } from '../../../adapters/aws/logs.js';
import type { StageSubject } from '../../../events/stage.js';
import type { Rollout } from '../../../context/target.js';
import type { EcsTargetOptions } from './targetOptions.js';
import { withoutImage } from './ecsFailures.js';
import type { Member } from './sharedService.js';
import type { MigrationOptions } from './ecsMigration.js';
import type { Revision } from './mergeDefinition.js';
import type { CaughtUpDescription } from './terraformRevision.js';
import { findContainer, nextTaskDefinition, type NextTaskDefinition } from './taskDefinition.js';

/** What a release means for the service. */
export interface NextRevision extends Planned {
  /** What runs, as it was registered. */
  readonly running: Revision;
}

export interface Planned {
  readonly described: CaughtUpDescription;
  readonly next: NextTaskDefinition;
}

/** @throws StackError CONFIG_INVALID where the release has no such image */
export function imageOf({ config, name }: Member, scope: EcsScope, release: ReleaseRecord): ReleaseImage {
  const image = release.images[config.image];
  if (image === undefined) throw withoutImage(scope, name, config.image, release);
  return image;
}

/**
 * The revision that brings a release to the service: one, with the images of all the targets that are containers of it.
 * @param registry what stands before the repository in image references, by account
 * @throws StackError CONFIG_INVALID, before anything is made, where a container is not there
 */
export function nextRevision(
  registry: (account: string) => string,
  members: readonly Member[],
  scope: EcsScope,
  release: ReleaseRecord,
  described: CaughtUpDescription,
): Planned {
  let { definition } = described;
  let changed = described.taken.length > 0;
  let next: NextTaskDefinition | undefined;
  for (const member of members) {
    const { config } = member;
    for (const step of [expandOf(config.migrate), contractOf(config.migrate)])
      if (step?.container !== undefined) findContainer(definition, step.container);
    for (const { container } of Object.values(config.checks ?? {}))
      if (container !== undefined) findContainer(definition, container);
    const image = imageOf(member, scope, release);
    const repository = `${registry(accountOf(described.service))}/${image.repository}`;
    const { image: running } = findContainer(definition, config.container);
    next = nextTaskDefinition(definition, described.tags, {
      container: config.container,
      image: isNamedByTag(release, image, { repository, running })
        ? (running as string)
        : `${repository}@${image.digest}`,
      environment: fillRelease(config.environment, release),
      version: release.version,
    });
    changed ||= next.changed;
    definition = { ...definition, containerDefinitions: next.input.containerDefinitions };
  }
  return { described, next: { ...(next as NextTaskDefinition), changed } };
}

/** What was found running may be named by a tag: only for another name of the same image nothing is moved. */
const isNamedByTag = (
  { adopted }: ReleaseRecord,
  { tags }: ReleaseImage,
  { repository, running }: { readonly repository: string; readonly running: string | undefined },
): boolean =>
  adopted === true &&
  tags.some((tag) => running === `${repository}:${tag}` || (tag === 'latest' && running === repository));

/**
 * The configured migration, to be run with a revision.
 * @throws StackError CONFIG_INVALID where none is configured
 */
export function migrationOptions(parts: {
  readonly options: EcsTargetOptions;
  readonly scope: EcsScope;
  readonly tasks: EcsTasks;
  readonly release: ReleaseRecord;
  readonly next: NextRevision;
  readonly taskDefinition: string;
  readonly rollout: Rollout;
  readonly subject: StageSubject;
  /** Of a contract step: the release whose step it is. */
  readonly of?: string | undefined;
}): MigrationOptions {
  const { scope, tasks, release, taskDefinition, rollout, subject, of } = parts;
  const { config, clock, aws, name } = parts.options;
  const { described, next } = parts.next;
  const step = of === undefined ? expandOf(config.migrate) : contractOf(config.migrate);
  if (step === undefined) throw withoutMigration(scope.environment, name);
  const { command, timeout, container = config.container } = step;
  const version = of === undefined ? release.version : `contract/${of}`;
  return {
    tasks,
    clock,
    place: { ...scope, target: name },
    version,
    before: snapshotBefore(config.migrate, parts.options.takeSnapshot, { target: name, version, rollout }),
    ...(of === undefined
      ? {}
      : {
          environment: { AUTOMATION_STACK_CONTRACT: of },
          words: contractWords(
            {
              environment: scope.environment,
              where: `service ${scope.service}, environment ${scope.environment}`,
            },
            of,
          ),
        }),
    service: described.service,
    definition: {
      family: described.definition.family,
      containerDefinitions: next.input.containerDefinitions,
    },
    taskDefinition,
    container: findContainer(described.definition, container).name ?? '',
    command,
    timeoutMs: timeout,
    rollout,
    subject,
    source: `${of === undefined ? 'migrate' : 'contract'} ${name}`,
    readLog: (stream, from, signal) => readLog(aws, stream, from, signal),
  };
}

/** `arn:aws:ecs:REGION:ACCOUNT:service/…` */
const accountOf = (service: Service): string => service.serviceArn?.split(':')[4] ?? '';
