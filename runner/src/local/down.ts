import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { emulatorDown } from './emulator.js';
import { engineDown, engineFacts } from './engine.js';
import { presentImages, registryImages } from './images.js';
import { networkDown } from './network.js';
import { servicesDown } from './services.js';
import { must, type Workshop } from './workshop.js';

export interface DownOptions {
  /** Also removes what `up` keeps to be quick the next time: images, tools, and the engine it started. */
  readonly purge: boolean;
}

/** Takes the local environment down and leaves nothing of it running; also after a half-finished `up`. */
export async function localDown(workshop: Workshop, options: DownOptions): Promise<void> {
  const { settings } = workshop;
  await servicesDown(workshop);
  await emulatorDown(workshop);
  const engine = await engineFacts(workshop);
  if (engine !== undefined) {
    await networkDown(workshop);
    workshop.say({
      piece: 'network',
      status: 'ok',
      message: `containers, volumes and network of ${settings.name} are gone`,
    });
    await removeImages(workshop, 'images of the local registry', await registryImages(workshop));
    if (options.purge) await removeImages(workshop, 'base images', await presentImages(workshop));
  }
  await rm(settings.state, { recursive: true, force: true });
  workshop.say({ piece: 'state', status: 'ok', message: `removed ${settings.state}` });
  if (!options.purge) return;
  await engineDown(workshop);
  await rm(settings.tools, { recursive: true, force: true });
  await rm(join(settings.home, 'images.json'), { force: true });
  // Stays where another instance still has its state there.
  await rmdir(settings.home).catch(() => undefined);
  workshop.say({ piece: 'tools', status: 'ok', message: `removed ${settings.tools}` });
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
