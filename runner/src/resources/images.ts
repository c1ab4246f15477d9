import { listMachineImages, listRegistryImages } from '../adapters/aws/images.js';
import { listInstances } from '../adapters/aws/instances.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import { APPLICATION_TAG_FORMS } from '../domain/deploymentTags.js';
import type { MachineImage, RegistryImage } from '../domain/machineImage.js';
import { deploymentOf } from '../infrastructure/ownership.js';
import { hasTags, ownOf } from './rules/choose.js';
import { accountAws } from './accountAws.js';

export interface Images {
  /** With the names of instances that run them. */
  readonly machine: readonly (MachineImage & { readonly usedBy: readonly string[] })[];
  /** With the environments whose release in service has them. */
  readonly registry: readonly (RegistryImage & { readonly runsIn: readonly string[] })[];
}

/**
 * Machine images of the account with the tags of an environment, and the images in the repositories of the application.
 * They are only shown: `prune` and Image Builder clean up.
 * @param limit of each repository, the newest
 * @throws StackError AWS_*, STATE_*
 */
export async function imagesOf(
  context: Context,
  environment: NamedEnvironment,
  asked: {
    readonly kinds: readonly ('machine' | 'registry')[];
    readonly tags: readonly string[];
    readonly limit: number;
  },
): Promise<Images> {
  const { kinds, tags, limit } = asked;
  const [machine, registry] = await Promise.all([
    kinds.includes('machine') ? machineImages(context, environment, tags) : [],
    kinds.includes('registry') ? registryImages(context, environment, limit) : [],
  ]);
  return { machine, registry };
}

async function machineImages(
  context: Context,
  environment: NamedEnvironment,
  tags: readonly string[],
): Promise<Images['machine']> {
  const self = await deploymentOf(context, environment);
  const aws = await accountAws(context, environment);
  const [images, instances] = await Promise.all([
    listMachineImages(aws, APPLICATION_TAG_FORMS, context.signal),
    listInstances(aws, { tagNames: APPLICATION_TAG_FORMS }, context.signal),
  ]);
  const living = instances.filter(({ state }) => state !== 'terminated');
  return ownOf(images, self)
    .filter((one) => hasTags(one.tags, tags))
    .map((one) => ({
      ...one,
      usedBy: living.filter(({ image }) => image === one.id).map(({ name }) => name),
    }));
}

async function registryImages(
  context: Context,
  environment: NamedEnvironment,
  limit: number,
): Promise<Images['registry']> {
  const config = await context.config();
  const repositories = await Promise.all(
    Object.values(config.images).map(({ repository }) => context.resolve(repository, environment)),
  );
  const { ledger } = await context.state();
  const [aws, current] = await Promise.all([
    accountAws(context, environment),
    Promise.all(
      Object.keys(config.environments).map(async (name) => ({ name, ...(await ledger.current(name)) })),
    ),
  ]);
  const lists = await Promise.all(
    [...new Set(repositories)].map((one) => listRegistryImages(aws, one, context.signal)),
  );
  const digestsOf = await Promise.all(
    current.map(async ({ name, healthy }) => {
      const release = healthy === undefined ? undefined : await ledger.release(healthy.version);
      return { name, digests: Object.values(release?.images ?? {}).map(({ digest }) => digest) };
    }),
  );
  return lists.flatMap((list) =>
    list.slice(0, limit).map((one) => ({
      ...one,
      runsIn: digestsOf.filter(({ digests }) => digests.includes(one.digest)).map(({ name }) => name),
    })),
  );
}
