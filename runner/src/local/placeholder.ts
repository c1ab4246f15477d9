import { StackError } from '../core/errors.js';
import { imageNames } from './images.js';
import { must, type Workshop } from './workshop.js';

const REPOSITORY = 'automation-stack/placeholder';

/** Serves 200 at / and /health until the first deploy. A trap, since PID 1 ignores SIGTERM without one. */
export const PLACEHOLDER_COMMAND = (port: number): readonly string[] => [
  'sh',
  '-c',
  `mkdir -p /www; echo "nothing deployed yet" > /www/index.html; echo ok > /www/health; trap 'exit 0' TERM; httpd -f -p ${port} -h /www & wait`,
];

/**
 * The image of services that nothing was deployed to yet, in the emulator's own registry: from elsewhere the emulator
 * would try to pull it, three times.
 */
export async function placeholderImage(workshop: Workshop): Promise<string> {
  const busybox = (await imageNames(workshop))?.busybox;
  if (busybox === undefined) {
    throw new StackError('TOOL_FAILED', 'The local environment is not up', { next: 'Type: node runner local up' });
  }
  const image = `127.0.0.1:${workshop.settings.emulatorPort}/${REPOSITORY}:${busybox.split(':').at(-1)}`;
  const known = await fetch(`http://${image.replace(/\/(.*):(.*)$/, '/v2/$1/manifests/$2')}`, {
    method: 'HEAD',
    headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
    signal: AbortSignal.timeout(5000),
  });
  if (known.ok) return image;
  const purpose = 'put the placeholder image into the local registry';
  await must(workshop, { file: 'docker', args: ['tag', busybox, image] }, { purpose });
  await must(workshop, { file: 'docker', args: ['push', '--quiet', image] }, { purpose });
  return image;
}
