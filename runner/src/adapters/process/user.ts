import { homedir, hostname, userInfo } from 'node:os';

type Env = Readonly<Record<string, string | undefined>>;

/** `user@host`; a user without an entry in the list of users (a container's `--user 1234`) by number. */
export function whoAmI(env: Env): string {
  const name = attempt(() => userInfo().username) || env['USER'] || env['LOGNAME'];
  return `${name || `uid-${process.getuid?.() ?? 'unknown'}`}@${hostname()}`;
}

/** Whether the list of users has an entry for us; ssh needs one. */
export const isKnownUser = (): boolean => attempt(() => userInfo().username) !== undefined;

/** The user's home; `/` without one: HOME is not set, and the list of users has no entry. */
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
