import { imageNames } from './localImages.js';
import { askCommand, notRunningError, runCommand, type LocalContext } from './localContext.js';
import { LABEL } from './localNetwork.js';
import { sharedVolume } from './settings.js';

export interface SharedFiles {
  readonly name: string;
  /** The engine's volume. */
  readonly volume: string;
}

/**
 * Creates what an access point of EFS is on AWS: a folder that several tasks mount, and that belongs to a user of theirs. What
 * exists stays.
 */
export async function createSharedFiles(
  local: LocalContext,
  name: string,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): Promise<SharedFiles> {
  const volume = sharedVolume(local.settings, name);
  const busybox = (await imageNames(local))?.busybox;
  if (busybox === undefined) throw notRunningError();
  const label = `${LABEL}=${local.settings.name}`;
  const purpose = `make the shared files ${name}`;
  await runCommand(
    local,
    { file: 'docker', args: ['volume', 'create', '--label', label, volume] },
    { purpose },
  );
  const own = ['run', '--rm', '--label', label, '--volume', `${volume}:/files`, busybox];
  const args = [...own, 'chown', `${uid}:${gid}`, '/files'];
  await runCommand(local, { file: 'docker', args }, { purpose });
  return { name, volume };
}

/** Removes shared files with all that is in them; missing ones are no error. */
export async function deleteSharedFiles(local: LocalContext, name: string): Promise<boolean> {
  const volume = sharedVolume(local.settings, name);
  if ((await askCommand(local, 'docker', ['volume', 'inspect', volume])) === undefined) return false;
  const purpose = `remove the shared files ${name}`;
  // Containers of tasks that were just stopped hold it for a moment: they are the emulator's, and gone for good.
  const users = await askCommand(local, 'docker', ['ps', '--all', '--quiet', '--filter', `volume=${volume}`]);
  const ids = (users ?? '').split('\n').filter((id) => id !== '');
  if (ids.length > 0) await askCommand(local, 'docker', ['rm', '--force', ...ids]);
  await runCommand(local, { file: 'docker', args: ['volume', 'rm', '--force', volume] }, { purpose });
  return true;
}
