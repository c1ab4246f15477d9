import type { EcsApi, Tag, TaskDefinition } from '../../../adapters/aws/ecs.js';
import { differenceWords, type Difference } from '../../../domain/difference.js';
import type { StageSubject } from '../../../events/stage.js';
import { mergeDefinitions, type Merged, type Owned, type Revision } from './mergeDefinition.js';
import { orRefused } from './newestRevision.js';
import type { ServiceDescription } from './serviceDescription.js';
import type { Member } from './sharedService.js';
import { findContainer } from './taskDefinition.js';

/**
 * Tag of a revision that a deploy registered: the number of Terraform's revision whose settings it has. Terraform
 * registers revisions of the same family, and ignores which one the service runs: what it changed is found by this.
 */
export const SOURCE_TAG = 'automation-stack:terraform-revision';

/** The service as the next revision is made from it: with what Terraform changed since. */
export interface CaughtUpDescription extends ServiceDescription {
  readonly taken: readonly Difference[];
  readonly kept: readonly Difference[];
}

/**
 * Takes along what Terraform changed in the task definition since the revision that runs was made. Two more calls at most, and
 * none where that is the newest of its family.
 * @param members the targets that are containers of the service: their images and variables are the deploy's own
 */
export async function withTerraformChanges(
  api: Pick<EcsApi, 'describeTaskDefinition'>,
  described: ServiceDescription,
  members: readonly Member[],
  signal?: AbortSignal,
): Promise<CaughtUpDescription> {
  const { definition, newest } = described;
  const running = { definition, tags: described.tags };
  const as = (tags: readonly Tag[], source: number, { taken, kept }: Pick<Merged, 'taken' | 'kept'>) => ({
    tags: [...tags.filter(({ key }) => key !== SOURCE_TAG), { key: SOURCE_TAG, value: `${source}` }],
    taken,
    kept,
  });
  const source = sourceOf(running);
  const nothing = { ...described, ...as(running.tags, source, { taken: [], kept: [] }) };
  const wantedSource = newest === undefined ? source : sourceOf(newest);
  if (newest === undefined || wantedSource <= source) return nothing;
  const revisionOf = async (number: number, known: Revision): Promise<Revision> =>
    number === known.definition.revision
      ? known
      : api.describeTaskDefinition(`${definition.family}:${number}`, signal);
  const [wanted, base] = await Promise.all([
    revisionOf(wantedSource, newest),
    // One that was deleted cannot be compared with: then all that differs counts as Terraform's.
    orRefused(revisionOf(source, running), running),
  ]);
  const merged = mergeDefinitions(base, running, wanted, ownedBy(members, definition));
  return { ...described, definition: merged.definition, ...as(merged.tags, wantedSource, merged) };
}

/** Tells what a deploy takes along, and what it does not. */
export function tellTerraformChanges(
  subject: StageSubject,
  { taken, kept }: Pick<CaughtUpDescription, 'taken' | 'kept'>,
): void {
  const words = (differences: readonly Difference[]) => differences.map(differenceWords).join(', ');
  if (taken.length > 0) subject.progress('register', `takes along from Terraform: ${words(taken)}`);
  if (kept.length > 0) {
    const why = 'what runs was changed otherwise, and is kept';
    subject.progress('register', `does not take along from Terraform: ${words(kept)}; ${why}`);
  }
}

/** What was registered by nobody of ours is its own source. */
function sourceOf({ definition, tags }: Revision): number {
  const tag = tags.find(({ key }) => key === SOURCE_TAG)?.value;
  return tag === undefined ? (definition.revision ?? 0) : Number(tag);
}

const ownedBy = (members: readonly Member[], definition: TaskDefinition): Owned =>
  new Map(
    members.map(({ config }) => [
      findContainer(definition, config.container).name ?? '',
      { variables: new Set(Object.keys(config.environment)) },
    ]),
  );
