import { isOfApplicationAlone, ownerOf, type Tags } from '../../../domain/deploymentTags.js';
import type { MachineImageUses, OwnMachineImage, VolumeSnapshot } from '../../../domain/machineImage.js';
import type { DeploymentName } from '../../../domain/ownership.js';
import type { KeepRule } from '../../../domain/retention.js';
import { formatDays } from './words.js';

/** What is known of the machine images of a region. */
export interface MachineFacts {
  readonly self: DeploymentName;
  /** Of the whole account, newest first. */
  readonly images: readonly OwnMachineImage[];
  readonly uses: Pick<MachineImageUses, 'images' | 'snapshots'>;
  /** Who names an image by something that cannot be read: any image may be meant. */
  readonly unknown: string | undefined;
  /** What the records and the configuration say. */
  readonly written: readonly { readonly name: string; readonly text: string }[];
  readonly rule: KeepRule;
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** With whom an image is shared; asked only where nothing else keeps it. */
  readonly launchersOf: (image: string) => Promise<readonly string[]>;
  /** With whom a snapshot is shared; asked only where nothing else keeps it. */
  readonly sharersOf: (snapshot: string) => Promise<readonly string[]>;
}

export interface Verdict {
  readonly goes: boolean;
  readonly why: string;
}

/** Whether tags say that something is of the deployment: of its environment, or of its application alone. */
export const isOwn = (tags: Tags, self: DeploymentName): boolean =>
  ownerOf(tags, self).kind === 'own' || isOfApplicationAlone(tags, self);

/** What becomes of a machine image that is of the deployment. The first reason that is found is the one that is told. */
export async function machineImageVerdict(image: OwnMachineImage, facts: MachineFacts): Promise<Verdict> {
  const { rule, nowMs, unknown } = facts;
  const user = facts.uses.images.get(image.id);
  if (user !== undefined) return stays(user);
  const where = facts.written.find(({ text }) => text.includes(image.id));
  if (where !== undefined) return stays(`${where.name} names it`);
  const held = heldBy(image, nowMs);
  if (held !== undefined) return stays(held);
  const copy = facts.images.find(({ source, state }) => source === image.id && state === 'pending');
  if (copy !== undefined) return stays(`${copy.id} is being copied from it`);
  if (newestOf(image, facts).has(image.id)) return stays(`one of the ${rule.keep} newest`);
  if (isWithin(image.created, rule.forMs, nowMs)) return stays(`made within ${formatDays(rule.forMs)}`);
  if (image.launched !== undefined && isWithin(image.launched, rule.forMs, nowMs))
    return stays(`launched within ${formatDays(rule.forMs)}`);
  if (unknown !== undefined) return stays(unknown);
  const [launcher] = await facts.launchersOf(image.id);
  if (launcher !== undefined) return stays(`shared with ${launcher}, whose use is not seen from here`);
  return { goes: true, why: 'nothing in the account and region uses it' };
}

/** Why an image stays by what it is itself, whoever uses it. */
export function heldBy(image: OwnMachineImage, nowMs: number): string | undefined {
  const managed = managedBy(image.tags);
  if (managed !== undefined) return managed;
  if (image.state !== 'available') return `its state is ${image.state || 'not known'}`;
  if (image.isPublic) return 'it is public';
  const { protection, deprecated } = image;
  if (protection !== undefined && !protection.startsWith('disabled'))
    return `protected from deregistration (${protection})`;
  // Deprecated, then disabled, then deleted: a rule of somebody else has begun to end it.
  if (deprecated !== undefined && Date.parse(deprecated) <= nowMs)
    return `deprecated on ${deprecated.slice(0, 10)}: somebody else ends it`;
  return undefined;
}

/**
 * What becomes of a snapshot of an image that goes or is gone.
 * @param going ids of images that go
 */
export async function snapshotVerdict(
  { id, tags }: VolumeSnapshot,
  { self, images, uses, sharersOf }: MachineFacts,
  going: ReadonlySet<string>,
): Promise<Verdict> {
  const user = images.find((image) => image.snapshots.includes(id) && !going.has(image.id));
  if (user !== undefined) return stays(`${user.id} is made of it`);
  const named = uses.snapshots.get(id);
  if (named !== undefined) return stays(named);
  const managed = managedBy(tags);
  if (managed !== undefined) return stays(managed);
  const owner = ownerOf(tags, self);
  if (owner.kind === 'other' && !isOwn(tags, self)) return stays(`it is of ${owner.name}`);
  const [sharer] = await sharersOf(id);
  if (sharer !== undefined) return stays(`shared with ${sharer}, whose use is not seen from here`);
  const image = images.find((one) => one.snapshots.includes(id));
  return { goes: true, why: image === undefined ? 'its image was pruned' : `${image.id} goes` };
}

const stays = (why: string): Verdict => ({ goes: false, why });

/** AWS Backup and Data Lifecycle Manager copy an instance's tags to the images and snapshots that are its backups. */
function managedBy(tags: Tags): string | undefined {
  const tag = Object.keys(tags).find((key) => key.startsWith('aws:'));
  return tag === undefined ? undefined : `AWS manages it (${tag})`;
}

/** The newest of what has the same owner: of the environment, or of the application alone. */
function newestOf(image: OwnMachineImage, { images, self, rule }: MachineFacts): ReadonlySet<string> {
  const isAlone = isOfApplicationAlone(image.tags, self);
  const alike = images.filter(
    ({ tags, state }) =>
      state === 'available' && isOwn(tags, self) && isOfApplicationAlone(tags, self) === isAlone,
  );
  return new Set(alike.slice(0, rule.keep).map(({ id }) => id));
}

/** What is of no known age is young. */
const isWithin = (iso: string | undefined, ms: number, nowMs: number): boolean =>
  iso === undefined || !(Date.parse(iso) <= nowMs - ms);
