import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { emulatorDown } from './emulator.js';
import { engineDown, engineFacts } from './dockerDaemon.js';
import { presentImages, registryImages } from './localImages.js';
import { instanceImages } from './localInstances.js';
import { LABEL, networkDown } from './localNetwork.js';
import { servicesDown } from './localServices.js';
import { askCommand, runCommand, type LocalContext } from './localContext.js';

export interface DownOptions {
  /** Also removes what makes the next `up` fast: images, tools, and the engine that it started. */
  readonly purge: boolean;
}

/** Stops the whole local environment, also after an unfinished `up`. */
export async function localDown(local: LocalContext, options: DownOptions): Promise<void> {
  const { settings } = local;
  await servicesDown(local);
  await emulatorDown(local);
  if ((await engineFacts(local)) !== undefined) {
    await networkDown(local);
    local.report({
      piece: 'network',
      status: 'ok',
      message: `containers, volumes and network of ${settings.name} are removed`,
    });
    await removeImages(local, 'images of the local registry', await registryImages(local));
    await removeImages(local, 'images of instances', await instanceImages(local));
  }
  await rm(settings.state, { recursive: true, force: true });
  local.report({ piece: 'state', status: 'ok', message: `removed ${settings.state}` });
  if (options.purge) await purge(local);
}

/** Removes shared parts, unless another instance still needs them. */
async function purge(local: LocalContext): Promise<void> {
  const { settings } = local;
  const others = await othersUp(local);
  if (others.length > 0) {
    const message = `kept images, tools and engine: ${others.join(', ')} still needs them`;
    local.report({ piece: 'purge', status: 'skipped', message });
    return;
  }
  await removeImages(local, 'base images', await presentImages(local));
  await engineDown(local);
  // Beside them lies what `tools install` put there, which is the user's.
  for (const path of [settings.venv, settings.collections, join(settings.tools, 'pins')])
    await rm(path, { recursive: true, force: true });
  await rm(join(settings.home, 'images.json'), { force: true });
  await rmdir(settings.home).catch(() => undefined);
  local.report({
    piece: 'tools',
    status: 'ok',
    message: `removed ${settings.venv} and ${settings.collections}`,
  });
}

/** Other local environments on this machine, found by their networks, also those of another home. */
async function othersUp(local: LocalContext): Promise<string[]> {
  const args = ['network', 'ls', '--filter', `label=${LABEL}`, '--format', '{{.Name}}'];
  const names = ((await askCommand(local, 'docker', args)) ?? '').split('\n');
  return names.filter((name) => name !== '' && name !== local.settings.name);
}

async function removeImages(local: LocalContext, what: string, images: readonly string[]): Promise<void> {
  if (images.length === 0) return;
  await runCommand(
    local,
    { file: 'docker', args: ['rmi', '--force', ...images] },
    { purpose: `remove the ${what}` },
  );
  local.report({ piece: 'images', status: 'ok', message: `removed ${images.length} ${what}` });
}
