import { readFile } from 'node:fs/promises';
import type { Route } from '../../domain/route.js';
import { keyFailure } from './sshFailures.js';
import type { SshSettings } from './sshSettings.js';

export type Credentials =
  { readonly privateKey: string; readonly passphrase?: string } | { readonly agent: string };

/**
 * The credentials for a host: the key if one is named, else the SSH agent. An encrypted key is opened
 * with the passphrase, else looked for in the agent, as OpenSSH does.
 * @throws StackError SSH_AUTH_FAILED
 */
export async function readCredentials(route: Route, settings: SshSettings): Promise<Credentials> {
  const agent = settings.env['SSH_AUTH_SOCK'] || undefined;
  const file = route.privateKey;
  if (file === undefined) {
    if (agent !== undefined) return { agent };
    throw keyFailure(
      `there is no key to log in to ${route.name} with`,
      route,
      'Set `inventory.private-key` to a key file, or start an agent: eval "$(ssh-agent)" && ssh-add',
    );
  }
  const privateKey = await readFile(file, 'utf8').catch((error: unknown) => {
    throw keyFailure(
      `the private key ${file} cannot be read`,
      route,
      'Check `inventory.private-key` and the permissions of the file.',
      error,
    );
  });
  settings.secrets?.register(privateKey);
  const { passphrase } = route;
  if (passphrase !== undefined) return { privateKey, passphrase };
  if (agent === undefined || !(await isEncrypted(privateKey))) return { privateKey };
  return { agent };
}

async function isEncrypted(privateKey: string): Promise<boolean> {
  const { default: ssh2 } = await import('ssh2');
  const parsed = ssh2.utils.parseKey(privateKey);
  return parsed instanceof Error && /encrypted|passphrase/i.test(parsed.message);
}
