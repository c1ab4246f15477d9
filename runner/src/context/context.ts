import type { ContractStep, MigrationStep } from '../config/migrateSchema.js';
import type { ConfiguredTarget } from '../config/kinds.js';
import type { ChannelSchema, TargetConfig } from '../config/kindSchemas.js';
import type { Shape } from '../base/recordShape.js';
import type { Check, Finding } from '../domain/finding.js';
import type { CallRow, TargetNames, TargetPermission } from '../domain/permissions.js';
import type { Run } from '../events/run.js';
import type { AwsClients } from '../adapters/aws/clients.js';
import type { DockerEngine } from '../adapters/docker/engine.js';
import type { Git } from '../adapters/git/git.js';
import type { SshHosts } from '../adapters/ssh/sshHosts.js';
import type { Call } from '../base/calledAs.js';
import type { Patience } from '../base/patience.js';
import type { Clock, ObjectStore, Processes } from '../base/ports.js';
import type { Form } from '../config/references.js';
import type { Config, EnvironmentConfig } from '../config/schema.js';
import type { Target } from './target.js';
import type { EventBus, EventSubscriber } from '../events/events.js';
import type { Stage } from '../events/stage.js';
import type { SecretRegistry } from '../secrets/redact.js';
import type { State } from '../state/state.js';
import type { StoreKind } from '../state/stores/storeKind.js';

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
  /** Scope of the infrastructure whose role acts in it; absent where that is the environment's own identity. */
  readonly scope?: string;
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
  /** The kinds of targets, channels and so on that there are. */
  kinds(): Promise<Kinds>;
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
  /**
   * Makes the database users that an environment describes: what every apply ends with. Delivery does it, with tasks, and
   * Terraform's wing may not ask it.
   * @param stage tells of it
   * @returns names of the users that were made or given another password
   * @throws StackError DATABASE_USER_FAILED; OUTPUT_MISSING, CONFIG_INVALID, LOCKED, AWS_*
   */
  makeDatabaseUsers(environment: NamedEnvironment, stage: Stage): Promise<readonly string[]>;
}

/** What a function asks of the context: only the members that it uses. */
export type ContextWith<K extends keyof Context> = Pick<Context, K>;

/**
 * What there are several kinds of. A kind is data in its own folder, and `kinds.ts` registers it; everybody else gets
 * the kinds handed in, and asks them.
 */
export interface Kinds {
  readonly targets: readonly TargetKind[];
  readonly channels: readonly ChannelKind[];
  readonly stores: readonly StoreKind[];
}

/**
 * A kind of target.
 * @template Own what its schema makes of a target's configuration
 */
export interface TargetKind<Own extends TargetConfig = TargetConfig> extends ConfiguredTarget<Own> {
  readonly capabilities: TargetCapabilities;
  /** Which calls of AWS it makes. */
  readonly permissions: readonly TargetPermission<Own>[];
  /** What IAM has to allow for calls that no other part of the runner makes. */
  readonly calls?: Readonly<Record<string, CallRow>>;
  /**
   * The names that its permissions are confined to.
   * @param settled looks references up; `*` stands for what cannot be told
   * @param arn an ARN of the environment's region and account, e.g. `s3:::{bucket}` or `ecs:R:A:cluster/{name}`
   */
  names?(
    target: Own,
    settled: (value: string) => Promise<string>,
    arn: (form: string, names: Readonly<Record<string, string>>) => string,
  ): Promise<TargetNames>;
  /**
   * Makes targets, references resolved. Targets that move together with a chosen one may be among those that are seen.
   * @param targets all of this kind in the environment, as the configuration has them
   * @param chosen names of those that are wanted: the result has each of them
   */
  create(
    context: Context,
    environment: NamedEnvironment,
    targets: Readonly<Record<string, Own>>,
    chosen: readonly string[],
  ): Promise<ReadonlyMap<string, Target>>;
  /** Begins to load what its targets need, while something else is waited for; what fails here is met again later. */
  warmUp?(context: Context, environment: NamedEnvironment): Promise<unknown>;
  /** What `doctor` checks of a target beyond what its capabilities ask for. */
  doctor?(context: Context, environment: NamedEnvironment, name: string): readonly Check[];
  /** Lines of `--dry-run`: what happens to a target beside the move itself. */
  preview?(name: string, target: Own): readonly string[];
  /** What a target does to the schema of a database, before it moves and after. */
  migration?(target: Own): Migration | undefined;
  /** What a target is a part of, as text: targets of the same move as one. */
  partOf?(target: Own): string;
  /** Playbooks that a target runs. */
  playbooks?(target: Own): readonly string[];
  /** The registry that a target pulls from, where it names one; the environment's own where undefined. */
  registry?(target: Own): string | undefined;
}

export interface TargetCapabilities {
  /** It runs on hosts of the inventory, by Ansible. */
  readonly hosts?: boolean;
  /** It asks AWS, whatever else the environment has. */
  readonly aws?: boolean;
  /** A part of it may be left behind by a deploy, and brought forward by `deploy --catch-up`. */
  readonly catchesUp?: boolean;
}

/** What a target does to a schema, in two phases. */
export interface Migration {
  /** Runs before the target moves. */
  readonly expand?: MigrationStep | undefined;
  /** Removes what only older releases need. */
  readonly contract?: ContractStep | undefined;
  /** Name of the database, where several environments have the same. */
  readonly database?: string | undefined;
}

/** A way in which people are told of runs. Each keeps a file of its own beside a run's record. */
export interface ChannelKind<Own extends object = object> extends ChannelSchema<Own> {
  /** Whether it can be told of anything. It never fails a deploy, so it does not fail `doctor` either. */
  doctor(context: Context, environment: NamedEnvironment): Promise<Finding>;
  /** Where it is asked, so that `doctor` can tell the way there; undefined where that cannot be told. */
  address(context: Context): Promise<string | undefined>;
  /** Only those that are configured are opened. */
  open(tools: ChannelTools): Promise<EventSubscriber>;
}

/** What a channel has to tell of a run, and to remember it by. */
export interface ChannelTools {
  readonly context: Context;
  /** The run as it stands: all processes of it, and this process alone. */
  readonly runs: () => Promise<{ readonly whole: Run; readonly own: Run } | undefined>;
  /** What the channel has kept of this run, in any of its processes. */
  readonly memory: <T>(shape: Shape) => Promise<T | undefined>;
  readonly remember: (memory: object) => Promise<void>;
  /** Runs while no other process of the run does so. */
  readonly alone: <T>(action: () => Promise<T>) => Promise<T>;
  readonly warn: (message: string) => void;
}
