import type { SshHosts } from '../../../adapters/ssh/sshHosts.js';
import type { Host } from '../../../domain/host.js';
import type { ReleaseRecord } from '../../../domain/records.js';
import type { ObjectForPlaybook } from '../../../hosts/rules/objectForPlaybook.js';
import type { Container, HostContainers } from './containers.js';
import type { MigrationRunner } from './migrationRunner.js';
import type { WantedContainer } from './wanted.js';

/** Variables for a playbook. */
export type Variables = Readonly<Record<string, unknown>>;

/** What a playbook needs to bring a release to hosts. */
export interface Fetching {
  readonly variables: Variables;
  /** Files of S3 that it uses, for hosts that run it themselves. */
  readonly objects: readonly ObjectForPlaybook[];
  /** To be called when it has ended. */
  readonly done: () => Promise<void>;
}

/** How a fleet runs releases on its hosts: as containers, or from directories. It changes nothing itself: the playbook does. */
export interface Runtime {
  /** What a release means on a host. @throws StackError RELEASE_UNKNOWN where the release has no such image or artifact */
  wanted(release: ReleaseRecord): Promise<WantedContainer>;
  /** Identifies what a release runs here; undefined where it has no such image or artifact. */
  digestOf(release: ReleaseRecord): string | undefined;
  /** For the playbook, to replace what is wanted already but does not answer. */
  readonly again: Variables;
  /** Prepares to bring what is wanted to hosts. @throws StackError ARTIFACT_CHANGED, AWS_* */
  fetching(wanted: WantedContainer, signal: AbortSignal): Promise<Fetching>;
  /** For the playbook, to bring back what ran before; nothing where undefined. */
  restoring(before: Container | undefined): Variables;
  /** Whether a host has all that it needs to run it. @throws StackError SSH_* */
  isThere(ssh: SshHosts, host: Host, wanted: WantedContainer, signal: AbortSignal): Promise<boolean>;
  /** What runs on a host now. @throws StackError SSH_*; DEPLOY_FAILED where that cannot be told */
  read(ssh: SshHosts, host: Host, signal?: AbortSignal): Promise<HostContainers>;
  /** The last lines that the application wrote on a host; evidence alone, so it never fails. */
  lastWords(ssh: SshHosts, host: Host, lines: number): Promise<readonly string[]>;
  /** The argv that prints how often the application was started again; undefined where nobody counts. */
  readonly restartCount: readonly string[] | undefined;
  /** What a restart that was seen is called. */
  readonly process: string;
  /** The argv that prints since when the application runs; undefined where nobody knows. */
  readonly startedAt: readonly string[] | undefined;
  /** How migrations run there. */
  readonly migrations: MigrationRunner;
  /** File on the hosts that is locked while a release is replaced. */
  readonly lock: string;
}
