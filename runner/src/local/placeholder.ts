import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import { emulatorClient, unless } from './awsTools.js';
import { imageNames } from './images.js';
import { must, notUp, type Workshop } from './workshop.js';

const REPOSITORY = 'automation-stack/placeholder';

/** Serves 200 at / and /health until the first deploy. The trap is there since PID 1 ignores SIGTERM without one. */
const placeholderScript = (port: number): string =>
  [
    'mkdir -p /www',
    'echo "nothing deployed yet" > /www/index.html',
    'echo ok > /www/health',
    `trap 'exit 0' TERM`,
    `httpd -f -p ${port} -h /www & wait`,
  ].join('; ');

/**
 * The image and command of services that nothing was deployed to yet. The image stands in the emulator's own registry:
 * one from elsewhere the emulator would try to pull, three times.
 */
export async function placeholder(
  workshop: Workshop,
  port: number,
): Promise<{ readonly image: string; readonly command: readonly string[] }> {
  const busybox = (await imageNames(workshop))?.busybox;
  if (busybox === undefined) throw notUp();
  const command = ['sh', '-c', placeholderScript(port)];
  const tag = busybox.split(':').at(-1) ?? 'latest';
  const registry = `127.0.0.1:${workshop.settings.emulatorPort}`;
  const image = `${registry}/${REPOSITORY}:${tag}`;
  const known = await fetch(`http://${registry}/v2/${REPOSITORY}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
    signal: AbortSignal.timeout(5000),
  });
  if (known.ok) return { image, command };
  const client = new ECRClient(emulatorClient(workshop.settings));
  await unless(['RepositoryAlreadyExistsException'], () =>
    client.send(new CreateRepositoryCommand({ repositoryName: REPOSITORY })),
  );
  client.destroy();
  const purpose = 'put the placeholder image into the local registry';
  await must(workshop, { file: 'docker', args: ['tag', busybox, image] }, { purpose });
  await must(workshop, { file: 'docker', args: ['push', '--quiet', image] }, { purpose });
  return { image, command };
}
