import pMap from 'p-map';
import type { AwsClients } from '../../adapters/aws/clients.js';
import { launchersOf, listOwnImages, ownSnapshots, sharersOf } from '../../adapters/aws/machineImages.js';
import { machineImageUses } from '../../adapters/aws/machineImageUses.js';
import { readParameter } from '../../adapters/aws/secrets.js';
import { StackError } from '../../base/errors.js';
import { PRUNE_TAG } from '../../domain/deploymentTags.js';
import type { MachineImageUses, OwnMachineImage } from '../../domain/machineImage.js';
import type { KeepRule, PruneItem } from '../../domain/retention.js';
import { deploymentOf } from '../../infrastructure/ownership.js';
import type { Looking } from './looking.js';
import {
  isOwn,
  machineImageVerdict,
  snapshotVerdict,
  type MachineFacts,
} from './rules/machineImageVerdicts.js';

export interface MachineImagesLook {
  /** Images, and snapshots of those that go or are gone. */
  readonly items: readonly PruneItem[];
  /** The images of the deployment, by id. */
  readonly images: ReadonlyMap<string, OwnMachineImage>;
}

export const noMachineImages: MachineImagesLook = { items: [], images: new Map() };

/** Parameters of AWS: they stand for images of AWS. */
const PUBLIC_PARAMETER = /^(?:arn:[^:]+:ssm:[^:]*::parameter)?\/aws\/service\//;

/** Looks at the machine images of the account that have the tags of the deployment, and at their snapshots. */
export async function lookAtMachineImages(looking: Looking, rule: KeepRule): Promise<MachineImagesLook> {
  const { context, environment, nowMs } = looking;
  const { signal } = context;
  const aws = await context.aws(environment);
  const self = await deploymentOf(context, environment);
  const [images, marked] = await Promise.all([
    listOwnImages(aws, signal),
    ownSnapshots(aws, { tagName: PRUNE_TAG }, signal),
  ]);
  const own = images.filter(({ tags }) => isOwn(tags, self));
  // Marked by a run that was killed after it had deregistered the image.
  const orphans = marked.filter(
    ({ tags }) => isOwn(tags, self) && !images.some(({ id }) => id === tags[PRUNE_TAG]),
  );
  if (own.length + orphans.length === 0) return noMachineImages;
  const uses = await machineImageUses(aws, signal);
  const { named, unknown } = await parameterImages(aws, uses, signal);
  const facts: MachineFacts = {
    ...{ self, images, unknown, rule, nowMs },
    uses: { images: new Map([...named, ...uses.images]), snapshots: uses.snapshots },
    written: await writtenIn(looking),
    launchersOf: (image) => launchersOf(aws, image, signal),
    sharersOf: (snapshot) => sharersOf(aws, snapshot, signal),
  };
  const items = await pMap(
    own,
    async (image): Promise<PruneItem> => ({
      ...{ kind: 'machine-images', id: image.id, name: nameOf(image) },
      ...(await machineImageVerdict(image, facts)),
      ...(image.created === undefined ? {} : { made: image.created }),
    }),
    { concurrency: 4 },
  );
  const going = new Set(items.filter(({ goes }) => goes).map(({ id }) => id));
  const ids = own.filter(({ id }) => going.has(id)).flatMap(({ snapshots }) => snapshots);
  const parts = ids.length === 0 ? [] : await ownSnapshots(aws, { ids: [...new Set(ids)] }, signal);
  const snapshots = [...parts, ...orphans.filter(({ id }) => !parts.some((one) => one.id === id))];
  const looked = await pMap(
    snapshots,
    async (snapshot): Promise<PruneItem> => ({
      ...{ kind: 'machine-images', id: snapshot.id, name: `snapshot ${snapshot.id}` },
      ...(await snapshotVerdict(snapshot, facts, going)),
      ...(snapshot.started === undefined ? {} : { made: snapshot.started }),
    }),
    { concurrency: 4 },
  );
  return {
    items: [...items, ...looked],
    images: new Map(own.map((image) => [image.id, image])),
  };
}

const nameOf = ({ id, name }: OwnMachineImage) => (name === '' ? id : `${name} (${id})`);

/** The images that parameters stand for by which launch templates name theirs. */
async function parameterImages(
  aws: AwsClients,
  { parameters }: MachineImageUses,
  signal: AbortSignal,
): Promise<{ readonly named: ReadonlyMap<string, string>; readonly unknown: string | undefined }> {
  const named = new Map<string, string>();
  let unknown: string | undefined;
  for (const [parameter, who] of parameters) {
    if (PUBLIC_PARAMETER.test(parameter)) continue;
    try {
      named.set(await readParameter(aws, parameter), `${who} names it by ${parameter}`);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof StackError)) throw error;
      // One that is not there stands for nothing.
      if (error.code === 'CONFIG_REFERENCE') continue;
      unknown ??= `${who} names its image by the parameter ${parameter}, which cannot be read (${error.message})`;
    }
  }
  return { named, unknown };
}

/** What of the records and the configuration may name an image. */
async function writtenIn({ context, ledger, needed, rule }: Looking): Promise<MachineFacts['written']> {
  const { environments } = await context.config();
  return [
    { name: 'the configuration', text: JSON.stringify(environments) },
    ...ledger.environments.map(({ name, journal, deployments }) => ({
      name: `a deployment to ${name}`,
      text: JSON.stringify([journal ?? null, deployments.slice(0, 2 * rule.keep)]),
    })),
    ...ledger.releases
      .filter(({ version }) => needed.has(version))
      .map((release) => ({ name: `the release ${release.version}`, text: JSON.stringify(release) })),
  ];
}
