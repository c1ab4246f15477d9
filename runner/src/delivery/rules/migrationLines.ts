import type { ContractStep, MigrationStep } from '../../config/migrateSchema.js';

interface Phases {
  readonly expand?: MigrationStep | undefined;
  readonly contract?: ContractStep | undefined;
}

/** Lines of `--dry-run`: what a target does to a schema beside its move. */
export function migrationLines(name: string, migration: Phases | undefined): readonly string[] {
  const { expand, contract } = migration ?? {};
  const when = contract?.after === 'bake' ? 'once it has baked' : 'once the release after it is healthy';
  return [
    ...(expand === undefined ? [] : [`  ${name} migrates before it is updated: ${expand.command.join(' ')}`]),
    ...(contract === undefined ? [] : [`  ${name} contracts ${when}: ${contract.command.join(' ')}`]),
  ];
}
