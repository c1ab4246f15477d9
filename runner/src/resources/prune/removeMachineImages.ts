import type { AwsClients } from '../../adapters/aws/clients.js';
import {
  deleteSnapshot,
  deregisterImage,
  launchersOf,
  listOwnImages,
  tagSnapshots,
  untagSnapshots,
} from '../../adapters/aws/machineImages.js';
import { imagesOfInstances, machineImageUses } from '../../adapters/aws/machineImageUses.js';
import {
  APPLICATION_TAG,
  ENVIRONMENT_TAG,
  isOfApplicationAlone,
  PRUNE_TAG,
  tagsOf,
  type Tags,
} from '../../domain/deploymentTags.js';
import type { OwnMachineImage } from '../../domain/machineImage.js';
import type { DeploymentName } from '../../domain/ownership.js';
import type { PruneItem } from '../../domain/retention.js';
import { deploymentOf } from '../../infrastructure/ownership.js';
import { goingOf, reasonOf, settle, type Removing } from './removing.js';
import { heldBy, isOwn } from './rules/machineImageVerdicts.js';

/**
 * Deregisters the machine images of a plan, then deletes their snapshots, and those that a killed run has left. The
 * snapshots are marked before their image is deregistered: afterwards nothing else says whose they were.
 */
export async function removeMachineImages(removing: Removing): Promise<void> {
  const { context, environment, plan, signal, stage } = removing;
  const going = goingOf(removing, 'machine-images');
  if (going.length === 0) return;
  const aws = await context.aws(environment);
  const self = await deploymentOf(context, environment);
  const [uses, now] = await Promise.all([machineImageUses(aws, signal), listOwnImages(aws, signal)]);
  const snapshots = going.filter(({ id }) => !plan.machineImages.has(id));
  const marking = new Set(snapshots.map(({ id }) => id));
  // Snapshots that no image holds, for all that is known: those of a killed run, then those of what this one deregisters.
  const loose = new Set(marking);
  for (const { snapshots: parts } of plan.machineImages.values()) for (const id of parts) loose.delete(id);
  for (const item of going.filter(({ id }) => plan.machineImages.has(id))) {
    signal.throwIfAborted();
    const image = now.find(({ id }) => id === item.id);
    const user = uses.images.get(item.id) ?? (image && (await keeperNow(aws, image, { self, removing })));
    if (user !== undefined) stays(item, user);
    else for (const id of await deregister(removing, { aws, self, item, image, marking })) loose.add(id);
  }
  if (snapshots.length === 0) return;
  const left = await listOwnImages(aws, signal);
  for (const item of snapshots) {
    signal.throwIfAborted();
    const user = left.find((image) => image.snapshots.includes(item.id));
    const why =
      user === undefined
        ? (uses.snapshots.get(item.id) ?? (loose.has(item.id) ? undefined : 'its image was not pruned'))
        : `${user.id} is made of it`;
    if (why !== undefined) {
      stays(item, why);
      continue;
    }
    const reason = await reasonOf(deleteSnapshot(aws, item.id, signal), signal);
    settle(removing, [item], new Map(reason === undefined ? [] : [[item.id, reason]]));
  }

  function stays({ name }: PruneItem, why: string): void {
    stage.progress(`stays: ${why}`, { subject: name, phase: 'delete', status: 'ok' });
  }
}

/** Why an image stays after all: what may have changed since it was looked at. */
async function keeperNow(
  aws: AwsClients,
  image: OwnMachineImage,
  { self, removing: { context, signal } }: { readonly self: DeploymentName; readonly removing: Removing },
): Promise<string | undefined> {
  if (!isOwn(image.tags, self)) return 'its tags say that it is of somebody else now';
  const held = heldBy(image, context.clock.now().getTime());
  if (held !== undefined) return held;
  const [launcher] = await launchersOf(aws, image.id, signal);
  if (launcher !== undefined) return `shared with ${launcher}`;
  return (await imagesOfInstances(aws, image.id, signal)).get(image.id);
}

/** @returns ids of the snapshots that its image has left */
async function deregister(
  removing: Removing,
  {
    aws,
    self,
    item,
    image,
    marking,
  }: {
    readonly aws: AwsClients;
    readonly self: DeploymentName;
    readonly item: PruneItem;
    /** Undefined where it is gone meanwhile. */
    readonly image: OwnMachineImage | undefined;
    /** Snapshots that go with their images. */
    readonly marking: ReadonlySet<string>;
  },
): Promise<readonly string[]> {
  const { signal } = removing;
  const parts = (image?.snapshots ?? []).filter((id) => marking.has(id));
  const marked = await reasonOf(tagSnapshots(aws, parts, markOf(image, self), signal), signal);
  const reason = marked ?? (await reasonOf(deregisterImage(aws, item.id, signal), signal));
  settle(removing, [item], new Map(reason === undefined ? [] : [[item.id, reason]]));
  // The mark of an image that stays would give its snapshots away, should somebody deregister it by hand.
  if (marked === undefined && reason !== undefined)
    await reasonOf(untagSnapshots(aws, parts, PRUNE_TAG, signal), signal);
  return reason === undefined ? parts : [];
}

/** With the tags of the deployment: by those the permission to delete is confined. */
function markOf(image: OwnMachineImage | undefined, self: DeploymentName): Tags {
  const { [APPLICATION_TAG]: application = '', [ENVIRONMENT_TAG]: environment = '' } = tagsOf(self);
  const isAlone = image !== undefined && isOfApplicationAlone(image.tags, self);
  return {
    [PRUNE_TAG]: image?.id ?? '',
    [APPLICATION_TAG]: application,
    ...(isAlone ? {} : { [ENVIRONMENT_TAG]: environment }),
  };
}
