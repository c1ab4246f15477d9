import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import { emulatorClient, unless } from './awsTools.js';
import { imageNames } from './localImages.js';
import { askCommand, runCommand, notRunningError, type LocalContext } from './localContext.js';

const REPOSITORY = 'automation-stack/placeholder';

/**
 * Serves 200 at / and /health until the first deploy. The trap is needed because PID 1 ignores SIGTERM without one. It is
 * the image's own command: one in the task definition would outlive the placeholder and run in every later image.
 */
const SCRIPT = [
  'mkdir -p /www',
  'echo "nothing deployed yet" > /www/index.html',
  'echo ok > /www/health',
  `trap 'exit 0' TERM`,
  'httpd -f -p "${PORT:-8000}" -h /www & wait',
].join('; ');

/**
 * The image of services before the first deployment. It listens on the port in the environment variable PORT.
 * It is in the emulator's own registry. The emulator would try to pull another one, three times.
 */
export async function placeholder(local: LocalContext): Promise<string> {
  const busybox = (await imageNames(local))?.busybox;
  if (busybox === undefined) throw notRunningError();
  const tag = `${busybox.split(':').at(-1) ?? 'latest'}-2`;
  const registry = `127.0.0.1:${local.settings.emulatorPort}`;
  const image = `${registry}/${REPOSITORY}:${tag}`;
  const known = await fetch(`http://${registry}/v2/${REPOSITORY}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
    signal: AbortSignal.timeout(5000),
  });
  if (known.ok) return image;
  const client = new ECRClient(emulatorClient(local.settings));
  await unless(['RepositoryAlreadyExistsException'], () =>
    client.send(new CreateRepositoryCommand({ repositoryName: REPOSITORY })),
  );
  client.destroy();
  const purpose = 'put the placeholder image into the local registry';
  const container = `automation-stack-placeholder-${local.settings.emulatorPort}-${process.pid}`;
  const docker = (...args: string[]) => runCommand(local, { file: 'docker', args }, { purpose });
  await docker('create', '--name', container, busybox);
  try {
    await docker('commit', '--change', `CMD ${JSON.stringify(['sh', '-c', SCRIPT])}`, container, image);
  } finally {
    await askCommand(local, 'docker', ['rm', container]);
  }
  await docker('push', '--quiet', image);
  return image;
}
