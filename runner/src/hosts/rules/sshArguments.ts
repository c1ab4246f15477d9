import type { Invocation } from '../../base/ports.js';
import type { Route } from '../../domain/route.js';
import { sshPath } from '../../base/sshPath.js';

/** What a key is logged in with where it is encrypted: the socket of an agent that holds it. */
export interface RouteAgent {
  readonly agent?: string | undefined;
}

/**
 * What OpenSSH is told of a route, beside address, port, user and key: each word as one argument. Host keys are always
 * checked, against the same files that the runner itself reads; nobody is asked anything; no configuration is read but
 * the one that the environment names.
 *
 * @param options `quiet` keeps to itself what the hosts on the way say on standard error
 */
export function sshWords(
  route: Route,
  { agent, quiet = false }: RouteAgent & { readonly quiet?: boolean } = {},
): readonly string[] {
  const jump = route.jumps.at(-1);
  const proxy = jump === undefined ? route.proxy : hopCommand(jump, route, { agent });
  return [
    ...['-F', route.sshConfig ?? 'none'],
    ...['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes'],
    ...['-o', `UserKnownHostsFile=${route.knownHosts.map((path) => `"${sshPath(path)}"`).join(' ')}`],
    ...(route.keyAlias === undefined ? [] : ['-o', `HostKeyAlias=${route.keyAlias}`]),
    ...(route.privateKey === undefined ? [] : ['-o', 'IdentitiesOnly=yes']),
    ...(agent === undefined || route.passphrase === undefined
      ? []
      : ['-o', `IdentityAgent="${sshPath(agent)}"`]),
    // ssh reads `%h` and the like in it, and gives it to a shell.
    ...[
      '-o',
      `ProxyCommand=${proxy === undefined ? 'none' : `${commandLine(proxy)}${quiet ? ' 2>/dev/null' : ''}`}`,
    ],
    ...(route.sshWords ?? []),
  ];
}

/** The ssh that goes through `jump` and is, by its streams, the connection to the next host of the way. */
function hopCommand(jump: Route, next: Route, agent: RouteAgent): readonly string[] {
  return [
    'ssh',
    ...sshWords(jump, agent),
    ...(jump.privateKey === undefined ? [] : ['-o', `IdentityFile="${sshPath(jump.privateKey)}"`]),
    ...['-o', `User="${jump.user}"`, '-p', String(jump.port)],
    ...['-W', `[${next.address}]:${next.port}`, jump.address],
  ];
}

/**
 * A command line as OpenSSH gives it to a shell. OpenSSH itself looks at quotes in it first, and takes a backslash
 * between single quotes for more than the shell does: escaped one by one, characters mean the same to both.
 */
const commandLine = (words: readonly string[]): string =>
  words
    .map((word) => (word === '' ? "''" : word.replace(/[^A-Za-z0-9_@%+=:,./\u0080-\uffff-]/g, '\\$&')))
    .join(' ')
    .replaceAll('%', '%%');

/** Where a session of Session Manager is opened. */
export interface SessionScope {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
}

/**
 * The AWS CLI's session to the SSH port of an instance; its standard streams are the connection.
 * Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-getting-started-enable-ssh-connections.html
 */
export function ssmSession(instanceId: string, port: number, place: SessionScope): readonly string[] {
  return [
    ...['aws', 'ssm', 'start-session', '--target', instanceId],
    ...['--document-name', 'AWS-StartSSHSession', '--parameters', `portNumber=${port}`],
    ...(place.region === undefined ? [] : ['--region', place.region]),
    ...(place.profile === undefined ? [] : ['--profile', place.profile]),
  ];
}

/** All host certificates there are, by the keys they name. */
const CERTIFICATES = [
  'ssh-ed25519-cert-v01@openssh.com',
  'ecdsa-sha2-nistp256-cert-v01@openssh.com',
  'ecdsa-sha2-nistp384-cert-v01@openssh.com',
  'ecdsa-sha2-nistp521-cert-v01@openssh.com',
  'rsa-sha2-512-cert-v01@openssh.com',
  'rsa-sha2-256-cert-v01@openssh.com',
];

/** Looks at a host's certificate, and tells of it on standard error. */
export function sshCertificateQuery(route: Route): Invocation {
  const offered = [
    '-o',
    'PreferredAuthentications=none',
    '-o',
    `HostKeyAlgorithms=${CERTIFICATES.join(',')}`,
  ];
  return {
    file: 'ssh',
    args: [
      // A jump host could say there what we look for.
      ...['-v', ...offered, ...sshWords(route, { quiet: true })],
      ...['-o', `User="${route.user}"`, '-p', String(route.port), route.address, 'true'],
    ],
    // Its words are read; the shell of the ProxyCommand is one that understands us.
    env: { LC_ALL: 'C', SHELL: '/bin/sh' },
  };
}

/** What OpenSSH would do to reach a host, by a configuration and by further words. */
export function sshConfiguration(
  address: string,
  words: readonly string[],
  file: string | undefined,
  configured: { readonly user?: string | undefined; readonly port?: number | undefined } = {},
): Invocation {
  return {
    file: 'ssh',
    args: [
      ...['-G', '-F', file ?? 'none'],
      ...(configured.user === undefined ? [] : ['-o', `User="${configured.user}"`]),
      ...(configured.port === undefined ? [] : ['-p', String(configured.port)]),
      ...words,
      address,
    ],
  };
}
