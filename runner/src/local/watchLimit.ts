import { readFile } from 'node:fs/promises';
import { runCommand, type LocalContext } from './localContext.js';
import { asRoot, findProgram } from './machine.js';

/** Where the kernel says how many watches of files one user may have; all containers of an engine share them. */
const LIMIT_FILE = '/proc/sys/fs/inotify/max_user_instances';
/** systemd needs four for each host: enough for some 250 hosts. */
const ENOUGH = 1024;

/**
 * Lets many hosts run at a time. With the kernel's default of 128, systemd ends in the thirtieth with "Too many open files".
 * The setting is lost when the machine starts again. A machine that does not allow it still has room for a few hosts.
 */
export async function watchLimitUp(local: LocalContext, file = LIMIT_FILE): Promise<void> {
  const limit = Number(await readFile(file, 'utf8').catch(() => NaN));
  if (!(limit < ENOUGH)) return;
  const setting = `fs.inotify.max_user_instances=${ENOUGH}`;
  const from = `was ${limit}, enough for ${Math.floor(limit / 4)} hosts`;
  try {
    const program = (await findProgram(local, 'sysctl')) ?? 'sysctl';
    const sysctl = await asRoot(local, program, ['--quiet', '--write', setting]);
    await runCommand(local, sysctl, { purpose: `set ${setting}` });
    local.report({ piece: 'kernel', status: 'ok', message: `${setting} (${from}), until the next boot` });
  } catch {
    local.signal?.throwIfAborted();
    const message = `${setting} could not be set (${from}); for more hosts type: sudo sysctl -w ${setting}`;
    local.report({ piece: 'kernel', status: 'skipped', message });
  }
}
