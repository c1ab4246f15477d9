import type { Host } from '../../domain/host.js';
import type { Patience } from '../../base/patience.js';
import type { Route } from '../../domain/route.js';
import type { HostKeyVerdict } from './knownHosts.js';

/** The SSH settings of an environment's hosts. */
export interface SshSettings {
  /** The way to a host. */
  readonly routeOf: (host: Host) => Route;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Variables for commands whose streams are a connection; by default those of the process. */
  readonly proxyEnv?: (() => Promise<Readonly<Record<string, string | undefined>>>) | undefined;
  /** Source of new host keys, beside the known_hosts files; none by default. */
  readonly keys?: HostKeys | undefined;
  /** The private keys are added to these secrets. */
  readonly secrets?: { register(value: string): void };
  /** How to wait for hosts that do not answer; silent by default. */
  readonly patience?: Patience | undefined;
}

/** A host key that is known now, independent of the known_hosts files. */
export interface TrustedKey {
  readonly fingerprint: string;
  readonly type: string;
}

export type KeyMismatch = Exclude<HostKeyVerdict, { kind: 'known' }>;

/** Learns host keys that no known_hosts file holds. */
export interface HostKeys {
  /**
   * @param key as the host showed it (SSH wire format)
   * @returns the key to expect of the host; undefined where there is no telling
   * @throws StackError SSH_HOST_REPLACED, SSH_HOST_KEY_CHANGED; SSH_UNREACHABLE where it may be told a little later
   */
  learn(
    route: Route,
    key: Buffer,
    verdict: KeyMismatch,
    signal?: AbortSignal,
  ): Promise<TrustedKey | undefined>;
  /** Remembers which instance answered at an address. */
  seen(route: Route): Promise<void>;
}
