import { StackError } from '../../core/errors.js';
import { hostAddress, type Host } from '../../core/host.js';
import { fingerprint, hostPattern, keyType, type HostKeyVerdict } from './knownHosts.js';

/** Where a connection's credentials and trust came from; failures name these files. */
export interface TrustFiles {
  readonly knownHosts: string;
  /** Undefined where the SSH agent is used. */
  readonly privateKey: string | undefined;
}

/** Why a host's key is not trusted, and the exact commands that would change that. */
export function hostKeyFailure(
  host: Host,
  key: Buffer,
  verdict: Exclude<HostKeyVerdict, { kind: 'known' }>,
  file: string,
): StackError {
  const type = keyType(key);
  const shown = `${type} ${fingerprint(key)}`;
  const scan = `ssh-keyscan ${host.port === 22 ? '' : `-p ${host.port} `}${host.address} >> ${file}`;
  if (verdict.kind === 'unknown') {
    return new StackError(
      'SSH_HOST_KEY_UNKNOWN',
      `${host.name} is not in the known_hosts file, so its key cannot be checked`,
      {
        where: hostAddress(host),
        evidence: [`host key: ${shown}`, `known_hosts: ${file}`],
        next: `Compare the fingerprint with the host's console output, then: ${scan}`,
      },
    );
  }
  const forget = `ssh-keygen -R '${hostPattern(host.address, host.port)}' -f ${file}`;
  return new StackError(
    'SSH_HOST_KEY_CHANGED',
    verdict.kind === 'revoked'
      ? `${host.name} shows a host key that the known_hosts file marks as revoked`
      : `${host.name} shows another host key than the one in the known_hosts file: it was rebuilt, or someone stands in between`,
    {
      where: hostAddress(host),
      evidence: [
        `host key now: ${shown}`,
        `known_hosts: ${file}${verdict.kind === 'changed' ? ` (holds ${verdict.knownTypes.join(', ')})` : ''}`,
      ],
      next: `If the host was rebuilt on purpose: ${forget} && ${scan}`,
    },
  );
}

/** Nothing to log in with, or a key file that cannot be used. */
export function keyFailure(message: string, host: Host, next: string, cause?: unknown): StackError {
  return new StackError('SSH_AUTH_FAILED', message, { where: hostAddress(host), next, cause });
}

/** Sorts what ssh2 and the socket throw into the failures that people know. */
export function connectFailure(error: unknown, host: Host, files: TrustFiles): StackError {
  if (error instanceof StackError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const { level, code } = (error ?? {}) as { level?: string; code?: string };
  if (level === 'client-authentication' || /authentication methods failed/i.test(message)) {
    const used = files.privateKey === undefined ? 'any key of the SSH agent' : `the key ${files.privateKey}`;
    return keyFailure(
      `${host.name} does not accept ${used} for user ${host.user}`,
      host,
      `Check user and key: ssh ${files.privateKey === undefined ? '' : `-i ${files.privateKey} `}` +
        `${host.port === 22 ? '' : `-p ${host.port} `}${host.user}@${host.address} true`,
      error,
    );
  }
  if (/parse privateKey|passphrase/i.test(message)) {
    const next = /passphrase/i.test(message)
      ? `Load it into an agent and leave \`private-key\` out: ssh-add ${files.privateKey ?? ''}`
      : 'Name an unencrypted OpenSSH or PEM private key (not the .pub file).';
    return keyFailure(
      `the private key ${files.privateKey ?? ''} cannot be used: ${message}`,
      host,
      next,
      error,
    );
  }
  return new StackError('SSH_UNREACHABLE', `${host.name} does not answer on SSH: ${reason(code, message)}`, {
    where: hostAddress(host),
    next: `Check that it runs and that port ${host.port} is open from here, then type the command again.`,
    cause: error,
  });
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
