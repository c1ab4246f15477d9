import { StackError } from '../../base/errors.js';

/** What a command is called that runs to its end beside what is deployed: a migration, a check. */
export interface TaskWords {
  /** Of its steps: `migrate`. */
  readonly phase: string;
  /** `migrated`, of one that ended well. */
  readonly done: string;
  /** What it does, for whom the platform tells why it was stopped: `migration`. */
  readonly work: string;
  /** The key that limits it, where one does: `migrate.timeout`. */
  readonly limit?: string;
  failure(reason: string, evidence: readonly string[]): StackError;
}

interface Place {
  readonly environment: string;
  /** `service web, environment staging` */
  readonly where: string;
}

/**
 * How a migration is spoken of.
 * @param place `untouched`: what it has not moved, `The service was not updated`; `log`: the command that prints all it said
 */
export const expandWords = (
  place: Place & { readonly untouched: string; readonly log?: string | undefined },
): TaskWords => ({
  phase: 'migrate',
  done: 'migrated',
  work: 'migration',
  limit: 'migrate.timeout',
  failure: (reason, evidence) =>
    new StackError('MIGRATION_FAILED', `the migration failed: ${reason}`, {
      where: place.where,
      evidence,
      next: [
        `${place.untouched}, but changes of the migration stay: make sure that it can run again, then `,
        `\`node runner deploy --env ${place.environment}\``,
        ...(place.log === undefined ? [] : [` (all its output: ${place.log})`]),
      ].join(''),
    }),
});

/** How a contract step is spoken of. @param of the release whose step it is */
export const contractWords = ({ environment, where }: Place, of: string): TaskWords => ({
  phase: 'contract',
  done: `the contract of ${of} is done`,
  work: 'contract',
  failure: (reason, evidence) =>
    new StackError('MIGRATION_FAILED', `the contract of ${of} failed: ${reason}`, {
      where,
      evidence,
      next: `What it removed stays removed. Make sure that it can run again, then \`node runner migrate --env ${environment} --phase contract\``,
    }),
});

/** A migration was asked for where none is configured. */
export const withoutMigration = (environment: string, target: string): StackError =>
  new StackError('CONFIG_INVALID', `the target ${target} has no migration`, {
    where: `environments.${environment}.targets.${target}`,
    next: 'Add to it, for example: migrate: { command: ["./manage", "migrate"] }',
  });
