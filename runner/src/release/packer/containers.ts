import type { DockerEngine } from '../../adapters/docker/engine.js';
import { isOfDeadProcess } from '../../adapters/process/privateFolder.js';

/**
 * Removes the containers that a build has left: each mounts a folder below the one that Packer was given for temporary files.
 * @returns how many there were
 */
export const removeContainersOf = (engine: DockerEngine, temporary: string): Promise<number> =>
  removeWhere(engine, (mount) => mount.startsWith(`${temporary}/`));

/**
 * Removes the containers of builds whose runner was killed.
 * @returns how many there were
 */
export const removeAbandonedContainers = (engine: DockerEngine): Promise<number> =>
  removeWhere(engine, isOfDeadProcess);

async function removeWhere(engine: DockerEngine, isOurs: (mount: string) => boolean): Promise<number> {
  const found = (await engine.containers()).filter(({ mounts }) => mounts.some(isOurs));
  for (const { id } of found) await engine.removeContainer(id);
  return found.length;
}
