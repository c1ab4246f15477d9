import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { emulatorDown } from './emulator.js';
import { engineDown, engineFacts } from './dockerDaemon.js';
import { presentImages, registryImages } from './localImages.js';
import { LABEL, networkDown } from './localNetwork.js';
import { servicesDown } from './localServices.js';
import { ask, must, type Workshop } from './workshop.js';

export interface DownOptions {
  /** Also removes what makes the next `up` fast: images, tools, and the engine that it started. */
  readonly purge: boolean;
}

/** Stops the whole local environment, also after an unfinished `up`. */
export async function localDown(workshop: Workshop, options: DownOptions): Promise<void> {
  const { settings } = workshop;
  await servicesDown(workshop);
  await emulatorDown(workshop);
  if ((await engineFacts(workshop)) !== undefined) {
    await networkDown(workshop);
    workshop.say({
      piece: 'network',
      status: 'ok',
      message: `containers, volumes and network of ${settings.name} are removed`,
    });
    await removeImages(workshop, 'images of the local registry', await registryImages(workshop));
  }
  await rm(settings.state, { recursive: true, force: true });
  workshop.say({ piece: 'state', status: 'ok', message: `removed ${settings.state}` });
  if (options.purge) await purge(workshop);
}

/** Removes shared parts, unless another instance still needs them. */
async function purge(workshop: Workshop): Promise<void> {
  const { settings } = workshop;
  const others = await othersUp(workshop);
  if (others.length > 0) {
    const message = `kept images, tools and engine: ${others.join(', ')} still needs them`;
    workshop.say({ piece: 'purge', status: 'skipped', message });
    return;
  }
  await removeImages(workshop, 'base images', await presentImages(workshop));
  await engineDown(workshop);
  await rm(settings.tools, { recursive: true, force: true });
  await rm(join(settings.home, 'images.json'), { force: true });
  await rmdir(settings.home).catch(() => undefined);
  workshop.say({ piece: 'tools', status: 'ok', message: `removed ${settings.tools}` });
}

/** Other local environments on this machine, found by their networks, also those of another home. */
async function othersUp(workshop: Workshop): Promise<string[]> {
  const args = ['network', 'ls', '--filter', `label=${LABEL}`, '--format', '{{.Name}}'];
  const names = ((await ask(workshop, 'docker', args)) ?? '').split('\n');
  return names.filter((name) => name !== '' && name !== workshop.settings.name);
}

async function removeImages(workshop: Workshop, what: string, images: readonly string[]): Promise<void> {
  if (images.length === 0) return;
  await must(
    workshop,
    { file: 'docker', args: ['rmi', '--force', ...images] },
    { purpose: `remove the ${what}` },
  );
  workshop.say({ piece: 'images', status: 'ok', message: `removed ${images.length} ${what}` });
}
