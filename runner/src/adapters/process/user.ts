import { homedir, hostname, userInfo } from 'node:os';

type Env = Readonly<Record<string, string | undefined>>;

/** `user@host`; a user without an entry in the list of users (a container's `--user 1234`) by number. */
export function whoAmI(env: Env): string {
  const name = attempt(() => userInfo().username) || env['USER'] || env['LOGNAME'];
  return `${name || `uid-${process.getuid?.() ?? 'unknown'}`}@${hostname()}`;
}

/** Whether the list of users knows who we are; ssh works for nobody else. */
export const isKnownUser = (): boolean => attempt(() => userInfo().username) !== undefined;

/** The user's folder; `/` for one who has none: HOME is not set, and the list of users does not know them. */
export function homeDirectory(env: Env): string {
  return env['HOME'] || attempt(homedir) || '/';
}

function attempt(ask: () => string): string | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
