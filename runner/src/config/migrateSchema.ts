import * as z from 'zod';
import { parseDuration } from '../base/duration.js';
import { commandOf, duration, durationText, lookedUp, name } from './schemaWords.js';

/** How long a command of `migrate` may take that says nothing of it. */
const FALLBACK = '10m';

const containerOf = (fallback: string) => ({
  container: lookedUp.optional().describe(`Container it runs in (default: that of ${fallback}).`),
});

const step = {
  command: commandOf(lookedUp).describe('Command; it replaces the command of the container.'),
  timeout: durationText('24d')
    .transform(parseDuration)
    .optional()
    .describe('After this long it is stopped and counts as failed (default: that of `migrate`).'),
};

const contract = {
  ...step,
  after: z
    .enum(['next-release', 'bake'])
    .default('next-release')
    .describe(
      'When it runs: `next-release` as soon as the release after this one is healthy, so that nothing one rolls back to needs what it removes; `bake` as soon as this release is.',
    ),
  approval: z
    .enum(['required', 'none'])
    .default('none')
    .describe('Whether somebody has to approve it; who may is said by `promotion.approval`.'),
  id: name
    .optional()
    .describe(
      'Name of this step: it runs once in an environment, however many releases have it (default: every release has a step of its own).',
    ),
};

const snapshot = z
  .strictObject({
    'db-instance': lookedUp.optional().describe('Identifier of a DB instance of RDS.'),
    'db-cluster': lookedUp.optional().describe('Identifier of a DB cluster of Aurora, or a Multi-AZ one.'),
    keep: z
      .number()
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe(
        'How many of its snapshots stay: older ones that were made here are deleted (default: none is deleted).',
      ),
    timeout: duration('1h').describe('How long RDS may take until the snapshot is available.'),
  })
  .superRefine((written, context) => {
    const named = [written['db-instance'], written['db-cluster']].filter((one) => one !== undefined);
    if (named.length !== 1)
      context.addIssue({ code: 'custom', message: 'is of one database: name `db-instance` or `db-cluster`' });
  });

const fields = {
  command: commandOf(lookedUp)
    .optional()
    .describe('Command that changes the schema before the release is moved: short for `expand`.'),
  timeout: duration(FALLBACK).describe('After this long a command is stopped and counts as failed.'),
  database: name
    .optional()
    .describe(
      'Name of the database. Environments that name the same share it: none removes what a release of another needs (default: each has its own).',
    ),
  snapshot: snapshot
    .optional()
    .describe('Snapshot of the database that is made, and waited for, before each of the commands.'),
};

const shape = <Own extends z.ZodRawShape, OfStep extends z.ZodRawShape>(own: Own, ofStep: OfStep) =>
  z
    .strictObject({
      ...fields,
      ...own,
      expand: z
        .strictObject({ ...step, ...ofStep })
        .optional()
        .describe('What the new release needs and the one before tolerates; runs before anything is moved.'),
      contract: z
        .strictObject({ ...contract, ...ofStep })
        .optional()
        .describe(
          'Removes what only older releases need; runs as a stage of its own, after the release it belongs to has proved itself.',
        ),
    })
    .superRefine((written, context) => {
      const { command, expand, contract: removing } = written as MigrateConfig;
      if (command !== undefined && expand !== undefined)
        context.addIssue({
          code: 'custom',
          path: ['expand'],
          message: 'is what `command` is too: name one',
        });
      if (command === undefined && expand === undefined && removing === undefined)
        context.addIssue({
          code: 'custom',
          message: 'needs a command: name one, or `expand` or `contract`',
        });
    });

/** `migrate:` of a target whose container can be chosen. */
export const migrateSchema = shape(containerOf('the target'), containerOf('`migrate`'));

/** `migrate:` of a target that has one container. */
export const migrateOnHostSchema = shape({}, {});

/** The database that a snapshot is made of before a migration; one of both is named. */
export interface SnapshotConfig {
  readonly 'db-instance'?: string | undefined;
  readonly 'db-cluster'?: string | undefined;
  readonly keep?: number | undefined;
  /** In milliseconds. */
  readonly timeout: number;
}

export interface MigrationStep {
  readonly command: readonly string[];
  readonly container?: string | undefined;
  /** In milliseconds. */
  readonly timeout: number;
}

export interface ContractStep extends MigrationStep {
  readonly after: 'next-release' | 'bake';
  readonly approval: 'required' | 'none';
  readonly id?: string | undefined;
}

type WrittenStep = Pick<MigrationStep, 'command' | 'container'> & { readonly timeout?: number | undefined };

/** `migrate:` as the configuration has it. */
export interface MigrateConfig {
  readonly command?: readonly string[] | undefined;
  readonly container?: string | undefined;
  readonly timeout: number;
  readonly expand?: WrittenStep | undefined;
  readonly contract?: (WrittenStep & Omit<ContractStep, 'timeout'>) | undefined;
  readonly database?: string | undefined;
  readonly snapshot?: SnapshotConfig | undefined;
}

const filled = <S extends WrittenStep>(written: S, { container, timeout }: MigrateConfig) => ({
  ...written,
  container: written.container ?? container,
  timeout: written.timeout ?? timeout,
});

/** What runs before a release is moved; undefined where nothing does. */
export function expandOf(migrate: MigrateConfig | undefined): MigrationStep | undefined {
  if (migrate === undefined) return undefined;
  const { command, expand } = migrate;
  const written = expand ?? (command === undefined ? undefined : { command });
  return written === undefined ? undefined : filled(written, migrate);
}

/** What runs when older releases are gone; undefined where nothing does. */
export function contractOf(migrate: MigrateConfig | undefined): ContractStep | undefined {
  return migrate?.contract === undefined ? undefined : filled(migrate.contract, migrate);
}

/** Both phases of `migrate`; undefined where a target has none. */
export const migrationOf = (migrate: MigrateConfig | undefined) =>
  migrate === undefined
    ? undefined
    : { expand: expandOf(migrate), contract: contractOf(migrate), database: migrate.database };
