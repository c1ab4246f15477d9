import { stat } from 'node:fs/promises';
import { StackError } from '../base/errors.js';
import type { ContextWith } from '../context/context.js';
import type { DockerTreeImage } from './treeImage.js';

/** The SSH agent that a build may use; looked for before the build, which would only say that a step has failed. */
export async function agentSocket(
  { env }: ContextWith<'env'>,
  image: DockerTreeImage,
): Promise<string | undefined> {
  if (image.config.ssh.length === 0) return undefined;
  const socket = env['SSH_AUTH_SOCK'] || undefined;
  const isThere = socket !== undefined && (await stat(socket).catch(() => undefined))?.isSocket() === true;
  if (isThere) return socket;
  const why = socket === undefined ? 'SSH_AUTH_SOCK is not set' : `there is no agent at ${socket}`;
  throw new StackError('BUILD_FAILED', `image ${image.name} has SSH mounts, but ${why}`, {
    where: `images.${image.name}.ssh`,
    next: 'Start an agent and give it the key: eval "$(ssh-agent)"; ssh-add FILE. In Jenkins, wrap the build in sshagent.',
  });
}
