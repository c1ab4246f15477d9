import type { MigrationRecord } from '../../../domain/migration.js';
import type { ReleaseRecord } from '../../../domain/records.js';
import type { Rollout } from '../../../context/target.js';
import { otherImage, refuseUnlaunchable } from './ecsFailures.js';
import { migrate } from './ecsMigration.js';
import { imageOf, migrationOptions, type NextRevision } from './nextRevision.js';
import { planRelease } from './releasePlan.js';
import { registerRevision } from './serviceChange.js';
import type { Member } from './sharedService.js';
import { changeOf, runningDigest, type TargetParts } from './targetParts.js';
import { tellTerraformChanges } from './terraformRevision.js';

/**
 * Runs the migration of a release and nothing else.
 * @param of of a contract step: the release whose step it is; `release` is then what runs
 * @throws StackError MIGRATION_FAILED; STATE_CONFLICT where a contract step finds another release running
 */
export async function migrateService(
  parts: TargetParts,
  release: ReleaseRecord,
  rollout: Rollout,
  of?: string,
): Promise<MigrationRecord> {
  const { scope, name, options } = parts;
  const ahead = await planRelease(parts, release, rollout.signal);
  const { described, next } = ahead;
  refuseUnlaunchable(scope, name, described.definition, described.service);
  const change = changeOf(parts, rollout);
  tellTerraformChanges(change.subject, described);
  // A contract step goes with what runs, as it runs.
  const isRunning = runningDigest(parts, described) === imageOf(options, scope, release).digest;
  if (of !== undefined && !isRunning) throw otherImage(scope, release);
  const isNew = next.changed && of === undefined;
  const taskDefinition = isNew
    ? await registerRevision(change, next.input)
    : (described.service.taskDefinition ?? '');
  return runMigration(parts, { release, ahead, taskDefinition, rollout, member: options, of });
}

/** Runs the migration of one container of the service, by a task of a revision. */
export function runMigration(
  { scope, tasks, options, name }: TargetParts,
  migration: {
    readonly release: ReleaseRecord;
    readonly ahead: NextRevision;
    readonly taskDefinition: string;
    readonly rollout: Rollout;
    readonly member: Member;
    readonly of?: string | undefined;
  },
): Promise<MigrationRecord> {
  const { release, ahead: next, taskDefinition, rollout, member, of } = migration;
  const subject = rollout.stage.subject(name);
  const warning = refuseUnlaunchable(scope, member.name, next.described.definition, next.described.service);
  if (warning !== undefined) subject.progress('migrate', warning);
  const own = { ...options, name: member.name, config: member.config };
  return migrate(
    migrationOptions({ options: own, scope, tasks, release, next, taskDefinition, rollout, subject, of }),
  );
}
