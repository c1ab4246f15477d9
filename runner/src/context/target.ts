import type { TargetDiff } from '../domain/difference.js';
import type { CheckResult } from '../domain/finding.js';
import type { MigrationRecord } from '../domain/migration.js';
import type {
  BehindHost,
  DeploymentKind,
  ReleaseRecord,
  TargetRecord,
  TargetSnapshot,
} from '../domain/records.js';
import type { Stage } from '../events/stage.js';
import type { Operations } from './operations.js';

/**
 * What a rollout may use: where it reports, how it is interrupted, and the journal it writes to before each side
 * effect. `delivery/deploy.ts` owns locks, records and the rollback of a failed rollout; a target only
 * knows how to describe, to move and to restore.
 */
export interface Rollout {
  /** The stage that it is part of: what it does is told through this. */
  readonly stage: Stage;
  readonly signal: AbortSignal;
  /** Written and flushed before the side effect it describes. Data must be small and free of secrets. */
  journal(action: string, data?: Readonly<Record<string, unknown>>): Promise<void>;
  /** The same before what brings back what ran: it never fails for want of a place to write. `journal` where absent. */
  journalRollback?(action: string, data?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Number of the deployment that it is part of, where it is part of one. */
  readonly deployment?: number;
  /** What it is part of: a rollback migrates nothing, and catching up touches only what is behind. */
  readonly kind?: DeploymentKind;
  /** Whether what cannot run is refused before anything is changed; it is where left out. */
  readonly verify?: boolean | undefined;
  /** What the environment ran before, by the ledger; undefined where that is nothing. */
  readonly known?: Known | undefined;
  /** Somebody said that what the world has counts more than what is recorded of it. */
  readonly isForced?: boolean;
  /** What a run that was killed began with this target, in order; empty unless this one goes on with it. */
  readonly begun?: readonly Begun[];
  /** What runs began that this one goes over, in order. */
  readonly earlier?: readonly Begun[];
  /** What a pause of the platform means: the run waits until somebody ends it, which is the default, or ends there. */
  readonly atPause?: 'wait' | 'end';
  /** Of a rollback: instances by id that are to serve again, and no other. */
  readonly instances?: readonly string[] | undefined;
  /** Pauses that somebody said are to be ended, by the name that the target recorded (`hook`). */
  readonly continues?: readonly string[];
}

/** What the ledger says of a target. */
export interface Known {
  readonly version: string;
  readonly target?: TargetRecord | undefined;
}

/** One entry of the journal, as the target wrote it. */
export interface Begun {
  readonly action: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface TargetStatus {
  readonly kind: string;
  readonly healthy: boolean;
  /** `sha256:…` of what runs, where one digest runs. */
  readonly digest?: string;
  /** What the ledger says should run. */
  readonly expected?: { readonly version: string; readonly digest: string };
  /** Short words: `2/2 tasks`, `staging-1 0.3.0 · staging-2 0.3.0`. */
  readonly summary: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A release that is to be verified for a target. */
export interface Wanted {
  readonly release: ReleaseRecord;
  /** Platforms that the configuration builds images for, by image. */
  readonly platforms: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export interface Target {
  readonly name: string;
  readonly kind: string;
  /**
   * Looks at what runs now, without changing it.
   * @param known what the ledger says of it
   */
  snapshot(known?: Known): Promise<TargetSnapshot>;
  /**
   * Refuses where this is not to be moved by a deploy. Asked right after a snapshot, before anything is begun.
   * @param known what the ledger says of it, where that has to agree with the world
   * @param back the release that a rollback is to bring: it goes over nothing that somebody else has brought since
   * @throws StackError CONFIG_INVALID, STATE_CONFLICT, DEPLOY_OVERTAKEN
   */
  requireMovable?(known?: Known, back?: ReleaseRecord): Promise<void>;
  /**
   * Brings a release and gates it on health. Idempotent: called again after a kill it goes on from what it finds.
   * On failure it throws with the reason and evidence, and leaves going back to `restore` — except for single
   * hosts of a fleet, which it brings back itself while no more than `max-failed` have failed.
   */
  deploy(release: ReleaseRecord, rollout: Rollout): Promise<TargetRecord>;
  /** Brings back what a snapshot says and waits until it is healthy. Idempotent. */
  restore(snapshot: TargetSnapshot, rollout: Rollout): Promise<TargetRecord>;
  /**
   * Looks at what runs, without changing it.
   * @param release what should run, by the ledger; what runs something else is not healthy
   */
  status(release?: ReleaseRecord): Promise<TargetStatus>;
  /**
   * Looks for hosts that do not run a release that the target as a whole runs; only targets of hosts can have some.
   * @throws StackError CONFIG_INVALID where catching up would leave two kinds of hosts
   */
  behind?(release: ReleaseRecord, known: Known | undefined): Promise<readonly BehindHost[]>;
  /** Looks at what a deploy of a release leans on, without changing it. */
  verify?(wanted: Wanted): Promise<readonly CheckResult[]>;
  /** Looks at what a deploy of a release would change. */
  diff?(release: ReleaseRecord): Promise<TargetDiff>;
  /**
   * Ends a pause that the platform makes, and waits for nothing; only targets that pause can.
   * @param begun what the journal has of the deployment that pauses
   * @returns false where nothing pauses
   */
  endPause?(how: 'continue' | 'roll back', begun: readonly Begun[], signal: AbortSignal): Promise<boolean>;
  /**
   * Runs the migration of a release and nothing else; only targets whose configuration has one can.
   * @param of of a contract step: the release whose step it is; `release` is then what runs
   * @throws StackError MIGRATION_FAILED; STATE_CONFLICT where a contract step finds another release running
   */
  migrate?(release: ReleaseRecord, rollout: Rollout, of?: string): Promise<MigrationRecord>;
  /**
   * The version of the release that instances have, by what they say of themselves; only targets of instances can tell.
   * @throws StackError USAGE where one is not the target's, or they have several versions
   */
  versionOf?(instances: readonly string[]): Promise<string>;
  /** What else can be done with what runs there; targets without it have nothing that runs. */
  operations?(): Promise<Operations>;
}
