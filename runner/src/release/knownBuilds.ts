import type { ContextWith, NamedEnvironment } from '../context/context.js';
import type { BuildRecord } from '../state/ledger.js';
import type { TreeImage } from './treeImage.js';
import { registryName } from './imageRegistry.js';

/** What the ledger knows of these inputs in an environment's registry; local reads only, no engine and no AWS. */
export async function knownBuild(
  context: ContextWith<'env' | 'resolve' | 'state'>,
  image: TreeImage,
  environment: NamedEnvironment,
): Promise<BuildRecord | undefined> {
  const { ledger } = await context.state();
  const known = await ledger.buildByInputs(await keyOf(context, image, environment), image.inputs);
  return known?.repository === image.config.repository ? known : undefined;
}

/** Records what was pushed; the same digest again adds its tags. */
export async function rememberBuild(
  context: ContextWith<'env' | 'resolve' | 'state'>,
  image: TreeImage,
  environment: NamedEnvironment,
  build: BuildRecord,
): Promise<BuildRecord> {
  const { ledger } = await context.state();
  return ledger.putBuild(await keyOf(context, image, environment), image.inputs, build);
}

const keyOf = async (
  context: ContextWith<'env' | 'resolve'>,
  image: TreeImage,
  environment: NamedEnvironment,
) => `${image.name}@${await registryName(context, environment)}`;
