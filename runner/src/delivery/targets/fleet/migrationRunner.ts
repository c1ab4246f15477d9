import type { SshHosts } from '../../../adapters/ssh/sshHosts.js';
import type { Host } from '../../../domain/host.js';
import type { ContainerVerdict, ListedMigration } from './migrationContainer.js';
import type { StampedLine } from './rules/dockerLog.js';
import type { WantedContainer } from './wanted.js';

/** A migration on one host. */
export interface HostMigration {
  readonly host: Host;
  readonly name: string;
}

/** A migration that is to begin. */
export interface MigrationToStart {
  readonly name: string;
  /** Of the release, `contract/1.3.0` of a contract step. */
  readonly version: string;
  readonly wanted: WantedContainer;
  readonly command: readonly string[];
  /** Variables beside those of the release. */
  readonly environment: Readonly<Record<string, string>>;
}

type Ssh = Pick<SshHosts, 'execAsRoot'>;

/** How a migration runs on a host of a fleet: as a container, or a unit of systemd, of its own, which goes on without us. */
export interface MigrationRunner {
  /** Those that a host knows, whatever became of them. @throws StackError SSH_*, MIGRATION_FAILED where that cannot be told */
  list(ssh: Ssh, host: Host, signal: AbortSignal): Promise<readonly ListedMigration[]>;
  /** @returns why it could not begin, as last lines; undefined where it has */
  start(ssh: Ssh, host: Host, migration: MigrationToStart): Promise<readonly string[] | undefined>;
  /** How it stands. @throws StackError SSH_* */
  lookAt(ssh: Ssh, migration: HostMigration, signal?: AbortSignal): Promise<ContainerVerdict>;
  /** Stops it and waits for that. @returns what went wrong, in words; never throws */
  stop(ssh: Ssh, migration: HostMigration): Promise<string | undefined>;
  /** Forgets those that have ended; one that runs stays. */
  remove(ssh: Ssh, host: Host, names: readonly string[]): Promise<void>;
  /** What it printed. @param since the moment from which to read on */
  read(
    ssh: Ssh,
    migration: HostMigration,
    read: { readonly since: string | undefined; readonly signal: AbortSignal | undefined },
  ): Promise<readonly StampedLine[]>;
  /** What it is called once it was stopped. */
  stoppedName(name: string): string;
  /** The command that prints all that it said. */
  logCommand(name: string): string;
}

/** `shop-web-migrate-0123abcd on web-1` */
export const nameOf = ({ host, name }: HostMigration): string => `${name} on ${host.name}`;
