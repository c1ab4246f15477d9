import type { Host } from '../../domain/host.js';

/** What `ssh -G` says, by option in lower case; some options come several times. */
export type SshReport = ReadonlyMap<string, readonly string[]>;

/** @param text what `ssh -G HOST` printed: an option and its value a line */
export function parseSshReport(text: string): SshReport {
  const configured = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^(\S+) (.*)$/.exec(line.trim()) ?? [];
    if (key !== undefined && value !== undefined)
      configured.set(key, [...(configured.get(key) ?? []), value]);
  }
  return configured;
}

/** The parts of an answer that a configuration made different from OpenSSH's own defaults. */
export interface SshAdvice {
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly privateKey?: string | undefined;
  readonly knownHosts?: string | undefined;
  readonly keyAlias?: string | undefined;
  readonly proxyCommand?: string | undefined;
  /** As ProxyJump has it: `user@host:port`, separated by commas. */
  readonly jump?: string | undefined;
}

/** @param usual the answer without any configuration, for the same host */
export function adviceOf(configured: SshReport, usual: SshReport): SshAdvice {
  const changed = (key: string): string | undefined => {
    const before = usual.get(key) ?? [];
    return (configured.get(key) ?? []).find((value) => !before.includes(value) && value !== 'none');
  };
  // One with a usual name is among the defaults, which are listed where none is configured.
  const keys = configured.get('identityfile') ?? [];
  const sameKeys = keys.join('\n') === usual.get('identityfile')?.join('\n');
  const port = changed('port');
  const files = changed('userknownhostsfile');
  return {
    address: changed('hostname'),
    port: port === undefined ? undefined : Number(port),
    user: changed('user'),
    privateKey: sameKeys ? undefined : keys.find((key) => key !== 'none'),
    knownHosts: files === undefined ? undefined : files.split(' ')[0],
    keyAlias: changed('hostkeyalias'),
    proxyCommand: changed('proxycommand'),
    jump: changed('proxyjump'),
  };
}

/**
 * A host with what OpenSSH's configuration says in the places where nobody else said anything.
 * @param environment what the environment says of all hosts: it goes before OpenSSH's configuration
 */
export function advised(
  host: Host,
  advice: SshAdvice,
  environment: { readonly privateKey?: string | undefined; readonly knownHosts?: string | undefined },
): Host {
  const assumed = host.assumed ?? [];
  const address = advice.address ?? host.address;
  const port = assumed.includes('port') ? (advice.port ?? host.port) : host.port;
  const user = assumed.includes('user') ? (advice.user ?? host.user) : host.user;
  const privateKey = host.privateKey ?? environment.privateKey ?? advice.privateKey;
  const knownHosts = host.knownHosts ?? environment.knownHosts ?? advice.knownHosts;
  const { proxyCommand, keyAlias } = advice;
  const values: Readonly<Record<string, string>> = {
    h: address,
    n: host.address,
    p: String(port),
    r: user,
    '%': '%',
  };
  const command = proxyCommand?.replaceAll(/%([hnpr%])/g, (_, token: string) => values[token] ?? '');
  return {
    ...host,
    address,
    port,
    user,
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(knownHosts === undefined ? {} : { knownHosts }),
    openSsh: {
      ...host.openSsh,
      ...(command === undefined ? {} : { proxyCommand: command }),
      ...(keyAlias === undefined ? {} : { keyAlias }),
    },
  };
}
