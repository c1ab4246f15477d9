import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { StackError } from '../base/errors.js';
import { writeAtomically } from '../adapters/process/atomicFile.js';
import { withStateLock } from './localLock.js';
import { askCommand, waitUntil, runCommand, notRunningError, type LocalContext } from './localContext.js';

/** Gives a host the public key, in a file of root: sshd refuses a file that somebody else could write. */
export async function giveKey(local: LocalContext, container: string): Promise<void> {
  const key = await readFile(`${local.settings.privateKey}.pub`, 'utf8').catch(() => {
    throw notRunningError();
  });
  const file = '/etc/ssh/authorized_keys.d/deploy';
  const write = { file: 'docker', args: ['exec', '--interactive', container, 'tee', file], input: key };
  await runCommand(local, write, { purpose: 'hand the public key to the host' });
}

/** A host makes its key at its first boot, which takes its time beside others. */
const FIRST_BOOT_MS = 60_000;

/**
 * Reads a host's own key through the engine, not over the network that the key secures.
 * @throws StackError SSH_UNREACHABLE where the host does not come to have one
 */
export async function trustHostKey(local: LocalContext, container: string, port: number): Promise<void> {
  let key = '';
  const isMade = await waitUntil(
    local,
    async () => {
      key =
        (await askCommand(local, 'docker', [
          'exec',
          container,
          'cat',
          '/etc/ssh/ssh_host_ed25519_key.pub',
        ])) ?? '';
      return key !== '';
    },
    FIRST_BOOT_MS,
  );
  if (!isMade)
    throw new StackError('SSH_UNREACHABLE', `${container} has no SSH host key yet`, {
      where: `127.0.0.1:${port}`,
      next: `Look into the host: docker exec ${container} systemctl status ssh`,
    });
  const words = key.split(' ').slice(0, 2).join(' ');
  await withStateLock(local, 'known-hosts', () => rewriteKnownHosts(local, port, words));
}

/** Forgets the key of a host that is gone. */
export function forgetHostKey(local: LocalContext, port: number): Promise<void> {
  return withStateLock(local, 'known-hosts', () => rewriteKnownHosts(local, port, undefined));
}

async function rewriteKnownHosts(local: LocalContext, port: number, key: string | undefined): Promise<void> {
  const { knownHosts } = local.settings;
  const who = `[127.0.0.1]:${port}`;
  const before = (await readFile(knownHosts, 'utf8').catch(() => '')).split('\n');
  const lines = before.filter((line) => line !== '' && !line.startsWith(`${who} `));
  if (key !== undefined) lines.push(`${who} ${key}`);
  await writeAtomically(knownHosts, lines.length === 0 ? '' : `${lines.join('\n')}\n`);
}

/** This environment's own SSH key pair, and an empty list of known hosts. */
export async function sshKeyUp(local: LocalContext): Promise<void> {
  const { state, privateKey, knownHosts, name } = local.settings;
  await mkdir(state, { recursive: true, mode: 0o700 });
  await chmod(state, 0o700);
  await writeFile(knownHosts, '', { flag: 'a' });
  if ((await readFile(`${privateKey}.pub`, 'utf8').catch(() => '')) !== '') {
    local.report({ piece: 'ssh key', status: 'skipped', message: `${privateKey} is there` });
    return;
  }
  const args = ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', privateKey];
  await runCommand(local, { file: 'ssh-keygen', args }, { purpose: 'make an SSH key' });
  local.report({
    piece: 'ssh key',
    status: 'ok',
    message: `made ${privateKey} for the hosts of this environment alone`,
  });
}

/** Whether an SSH server sends its greeting on this port of 127.0.0.1. Docker's proxy accepts before sshd listens. */
export function sshAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (data) => end(data.toString('latin1').startsWith('SSH-')));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
    socket.once('close', () => end(false));
  });
}
