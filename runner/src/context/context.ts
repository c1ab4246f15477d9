import type { AwsClients } from '../adapters/aws/clients.js';
import type { DockerEngine } from '../adapters/docker/engine.js';
import type { Git } from '../adapters/git/git.js';
import type { SshHosts } from '../adapters/ssh/sshHosts.js';
import type { Call } from '../base/calledAs.js';
import type { Patience } from '../base/patience.js';
import type { Clock, ObjectStore, Processes } from '../base/ports.js';
import type { Form } from '../config/references.js';
import type { Config, EnvironmentConfig } from '../config/schema.js';
import type { Target } from '../domain/target.js';
import type { EventBus } from '../events/events.js';
import type { SecretRegistry } from '../secrets/redact.js';
import type { State } from '../state/state.js';

/** Options that every command takes. */
export interface GlobalOptions {
  /** Directory the command works in (`-C`). */
  readonly directory: string;
  /** Where the user is, for what is told to be typed next; `directory` where left out. */
  readonly cwd?: string;
  readonly configFile: string;
  readonly environment: string | undefined;
  /** What a detached HEAD stands on, as the caller says: Jenkins checks out commits. */
  readonly branch?: string | undefined;
  readonly json: boolean;
  readonly resultFile: string | undefined;
  readonly errorFile: string | undefined;
  readonly dryRun: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}

export interface NamedEnvironment {
  readonly name: string;
  readonly config: EnvironmentConfig;
}

/**
 * Everything a command may touch, made here and nowhere else; tests build one with fakes. Adapters are functions
 * that load on first use, so that a command pays only for what it uses.
 */
export interface Context {
  readonly options: GlobalOptions;
  /** How the user called the runner. */
  readonly call: Call;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly events: EventBus;
  readonly secrets: SecretRegistry;
  readonly processes: Processes;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** How AWS and hosts are waited for that do not answer for a while. */
  readonly patience: Patience;
  /** `user@host`, or what Jenkins says who started the build. */
  readonly who: string;
  readonly runUrl: string | undefined;
  readonly git: Git;
  /** The whole validated configuration, loaded once. */
  config(): Promise<Config>;
  /** The environment named by --env (or given), its `extends` merged in; references not yet resolved. */
  environment(name?: string): Promise<NamedEnvironment>;
  /**
   * Replaces `${env:…}`, `${secret-env:…}`, `${ssm:…}`, `${secret:…}`, `${output:…}` deep in a value; secrets get registered.
   * @param form `free` where the value may become a map, a list or a number; text where left out
   */
  resolve<T>(value: T, environment: NamedEnvironment, form?: Form): Promise<T>;
  store(): Promise<ObjectStore>;
  state(): Promise<State>;
  docker(): Promise<DockerEngine>;
  aws(environment: NamedEnvironment): Promise<AwsClients>;
  ssh(environment: NamedEnvironment): Promise<SshHosts>;
  /** The targets of an environment; `only` chooses some by name. */
  targets(environment: NamedEnvironment, only?: readonly string[]): Promise<readonly Target[]>;
}
