import { StackError } from '../../base/errors.js';
import { hostAddress } from '../../domain/host.js';
import { installNext } from '../../domain/tools.js';
import { keyName, type Route } from '../../domain/route.js';
import { shellQuote } from '../../base/shell.js';
import { fingerprint, keyType } from './knownHosts.js';
import type { KeyMismatch } from './sshSettings.js';

/** A key that is not trusted, and the files that say so or should have it. */
export interface Refusal {
  readonly key: Buffer;
  readonly verdict: KeyMismatch;
  /** The user's own files. */
  readonly file: string;
  /** Files with a different key, or with the revoked one. */
  readonly files: readonly string[];
}

/** Why a host's key is not trusted, and the exact commands that would change that. */
export function hostKeyFailure(route: Route, { key, verdict, file, files }: Refusal): StackError {
  const type = keyType(key);
  const shown = `${type} ${fingerprint(key)}`;
  const { port, address, name } = route;
  // Only a host that is reached directly can be scanned from here.
  const isDirect = route.jumps.length === 0 && route.proxy === undefined && route.keyAlias === undefined;
  const take = isDirect
    ? `ssh-keyscan ${port === 22 ? '' : `-p ${port} `}${address} >> ${shellQuote(file)}`
    : `echo ${shellQuote(`${keyName(route)} ${type} ${key.toString('base64')}`)} >> ${shellQuote(file)}`;
  if (verdict.kind === 'unknown') {
    return new StackError(
      'SSH_HOST_KEY_UNKNOWN',
      verdict.byAuthority
        ? `has no host certificate signed by the authority in the known_hosts file`
        : `is not in the known_hosts file, so its key cannot be checked`,
      {
        subject: name,
        where: hostAddress(route),
        evidence: [`host key: ${shown}`, `known_hosts: ${file}`, ...wayOf(route)],
        next: `Compare the fingerprint with the host's console output, then: ${take}`,
      },
    );
  }
  const forget = files.map((one) => `ssh-keygen -R '${keyName(route)}' -f ${shellQuote(one)}`);
  return new StackError(
    'SSH_HOST_KEY_CHANGED',
    verdict.kind === 'revoked'
      ? `shows a host key that the known_hosts file marks as revoked`
      : `shows another host key than the one in the known_hosts file: it was rebuilt, or someone intercepts the connection`,
    {
      subject: name,
      where: hostAddress(route),
      evidence: [
        `host key now: ${shown}`,
        `known_hosts: ${files.length === 0 ? file : files.join(', ')}${verdict.kind === 'changed' ? ` (holds ${verdict.knownTypes.join(', ')})` : ''}`,
        ...wayOf(route),
      ],
      // The new key must be added in any case.
      next: `If the host was rebuilt on purpose: ${[...forget, take].join('; ')}`,
    },
  );
}

/** The way to the host, if it is not direct. */
function wayOf({ jumps, proxy }: Route): readonly string[] {
  if (jumps.length > 0) return [`by way of ${jumps.map(hostAddress).join(', ')}`];
  return proxy === undefined ? [] : [`by way of: ${proxy.join(' ')}`];
}

/** Nothing to log in with, or a key file that cannot be used. */
export function keyFailure(message: string, route: Route, next: string, cause?: unknown): StackError {
  return new StackError('SSH_AUTH_FAILED', message, { where: hostAddress(route), next, cause });
}

/**
 * Sorts what ssh2 and the socket throw into the failures that people know.
 * @param said the output of the command that should be the connection
 */
export function connectFailure(error: unknown, route: Route, said: readonly string[] = []): StackError {
  if (error instanceof StackError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const { level, code } = (error ?? {}) as { level?: string; code?: string };
  const { name, privateKey, passphrase, user } = route;
  if (level === 'client-authentication' || /authentication methods failed/i.test(message)) {
    const used = privateKey === undefined ? 'any key of the SSH agent' : `the key ${privateKey}`;
    return new StackError('SSH_AUTH_FAILED', `does not accept ${used} for user ${user}`, {
      subject: name,
      where: hostAddress(route),
      next: `Check user and key: ${sshCommand(route)} true`,
      cause: error,
    });
  }
  if (/parse privateKey|passphrase/i.test(message)) {
    const file = privateKey ?? '';
    if (passphrase !== undefined)
      return keyFailure(
        `the private key ${file} cannot be decrypted with the passphrase of \`inventory.passphrase\``,
        route,
        `Try it: ssh-keygen -y -f ${shellQuote(file)}`,
        error,
      );
    const next = /passphrase/i.test(message)
      ? `Give \`inventory.passphrase\` a reference such as \${env:SSH_PASSPHRASE}, or load the key into an agent: ssh-add ${shellQuote(file)}`
      : 'Name an OpenSSH or PEM private key (not the .pub file).';
    return keyFailure(`the private key ${file} cannot be used: ${message}`, route, next, error);
  }
  const [tool] = route.proxy ?? [];
  if (code === 'ENOENT' && tool !== undefined)
    return new StackError('TOOL_MISSING', `${tool} is not on PATH, and ${name} is reached through it`, {
      where: tool,
      next: tool === 'aws' ? installNext('aws-cli', 'session-manager') : `Install ${tool}.`,
      cause: error,
    });
  return new StackError('SSH_UNREACHABLE', `does not answer on SSH: ${reason(code, message)}`, {
    subject: name,
    where: hostAddress(route),
    evidence: [...said, ...wayOf(route)],
    next: nextStep(route),
    cause: error,
  });
}

function nextStep({ jumps, proxy, port, address }: Route): string {
  const jump = jumps.at(-1);
  if (jump !== undefined)
    return `Check that it runs and that ${jump.name} can connect to its port ${port}, then run the command again.`;
  if (proxy?.[0] === 'aws')
    return `Check that the agent of Systems Manager runs on ${address}: aws ssm describe-instance-information --filters Key=InstanceIds,Values=${address}`;
  if (proxy !== undefined) return 'Check the proxy command, then run the command again.';
  return `Check that it runs and that port ${port} is open from here, then run the command again.`;
}

/** The ssh command for the same way. */
function sshCommand({ privateKey, jumps, port, user, address }: Route): string {
  const way = jumps.map((jump) => `${jump.user}@${jump.address}:${jump.port}`).join(',');
  return [
    'ssh',
    ...(privateKey === undefined ? [] : [`-i ${shellQuote(privateKey)}`]),
    ...(way === '' ? [] : [`-J ${way}`]),
    ...(port === 22 ? [] : [`-p ${port}`]),
    `${user}@${address}`,
  ].join(' ');
}

function reason(code: string | undefined, message: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ECONNRESET':
      return 'connection closed by the host';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no route to the host';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name does not resolve';
    case 'ETIMEDOUT':
      return 'no answer in time';

    default:
      return message;
  }
}
