import { begunMigration, type BegunMigration, type MigrationRecord } from '../../domain/migration.js';
import type { Rollout } from '../../context/target.js';
import type { StageSubject } from '../../events/stage.js';

/** What names a migration in the journal, before it is started. */
export interface NamedMigration {
  /** Finds it again; no other has it. */
  readonly startedBy: string;
  /** What else the journal keeps of it. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A migration that a killed run left. */
export interface LeftMigration<Task> extends NamedMigration {
  readonly task: Task;
  /** Where it came to its end unnoticed, and well. */
  readonly ended?: MigrationRecord | undefined;
}

/** Where migrations run. */
export interface MigrationPlatform<Task> {
  /**
   * A migration of this release that is under way, or that has ended well unnoticed; one that failed is none.
   * @param begun what the journal says of it
   */
  findLeft(begun: BegunMigration | undefined): Promise<LeftMigration<Task> | undefined>;
  /** A name for a new one. */
  named(): NamedMigration;
  start(named: NamedMigration): Promise<Task>;
  /** `task 0123abcd` */
  nameOf(task: Task): string;
  /** Waits for its end. */
  watch(task: Task): Promise<MigrationRecord>;
}

/**
 * Runs a migration to its end. One that a killed run began is gone on with, not begun again; one that ended well is
 * not run twice.
 *
 * @param before what has to be done before one is begun, and not again after a kill: the snapshot
 * @throws StackError MIGRATION_FAILED with exit code and last lines; AWS_*, SSH_*; the signal's reason on abort
 */
export async function migrateOnce<Task>(
  {
    rollout,
    subject,
    words,
  }: { readonly rollout: Rollout; readonly subject: StageSubject; readonly words: string },
  platform: MigrationPlatform<Task>,
  before: (() => Promise<void>) | undefined,
): Promise<MigrationRecord> {
  const begun = begunMigration(rollout.begun);
  const already = 'the run that was cut off has migrated already';
  if (begun?.ended !== undefined) {
    subject.progress('migrate', already);
    return begun.ended;
  }
  const left = await platform.findLeft(begun);
  if (left?.ended !== undefined) {
    await rollout.journal('migrated', { ...left.ended });
    subject.progress('migrate', already);
    return left.ended;
  }
  if (left === undefined) await before?.();
  rollout.signal.throwIfAborted();
  const named = left ?? platform.named();
  await rollout.journal('migrate', { ...named.data, startedBy: named.startedBy });
  if (left !== undefined) {
    const name = platform.nameOf(left.task);
    subject.progress('migrate', `continues with ${name}, which a run that was cut off started`);
    return platform.watch(left.task);
  }
  const task = await platform.start(named);
  subject.progress('migrate', `${words} (${platform.nameOf(task)})`);
  return platform.watch(task);
}
