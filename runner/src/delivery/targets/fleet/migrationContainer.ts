import { createHash } from 'node:crypto';
import { LABELS } from './containers.js';
import { containerName, type FleetIdentity } from './wanted.js';

/** Label of a migration's container: the release that it is of, `contract/1.3.0` of a contract step. */
export const MIGRATION_LABEL = 'automation-stack.migration';
/** What the name of a container ends with that was stopped by us: however it ends then, it did not end well. */
const STOPPED = '-stopped';

/** A container of a migration, as the engine lists it. */
export interface ListedMigration {
  readonly name: string;
  /** `created`, `running`, `exited`, … */
  readonly state: string;
  readonly version: string;
}

/** A name that no other migration has. */
export function migrationName(fleet: FleetIdentity, version: string, startedAt: Date): string {
  const { environmentName, name } = fleet;
  const place = JSON.stringify([version, environmentName, name, startedAt.toISOString()]);
  const hash = createHash('sha256').update(place).digest('hex').slice(0, 8);
  return `${containerName(fleet)}-migrate-${hash}`;
}

export const stoppedName = (name: string): string => `${name}${STOPPED}`;

/** The labels of a migration's container. */
export const migrationLabels = (
  { application, environmentName, name }: FleetIdentity,
  version: string,
): Readonly<Record<string, string>> => ({
  [LABELS.application]: application,
  [LABELS.environment]: environmentName,
  [LABELS.target]: name,
  [MIGRATION_LABEL]: version,
});

/** The argv that lists the migrations of a fleet on one host, whatever became of them. */
export function listMigrations({ application, environmentName, name }: FleetIdentity): string[] {
  const filters = [
    MIGRATION_LABEL,
    `${LABELS.application}=${application}`,
    `${LABELS.environment}=${environmentName}`,
    `${LABELS.target}=${name}`,
  ];
  const format = `{{.Names}}|{{.State}}|{{.Label "${MIGRATION_LABEL}"}}`;
  return [
    ...['docker', 'container', 'ls', '--all', '--no-trunc'],
    ...filters.flatMap((label) => ['--filter', `label=${label}`]),
    ...['--format', format],
  ];
}

/** Reads what `listMigrations` printed. */
export const parseMigrations = (stdout: string): readonly ListedMigration[] =>
  stdout.split('\n').flatMap((line) => {
    const [name = '', state = '', version] = line.trim().split('|');
    return version === undefined ? [] : [{ name, state, version }];
  });

/** Whether a listed container may change the schema now. */
export const isAtWork = ({ state }: Pick<ListedMigration, 'state'>): boolean =>
  state === 'running' || state === 'paused' || state === 'restarting';

/** The argv that asks how a container stands. */
export const inspectState = (name: string): string[] => [
  ...['docker', 'container', 'inspect', '--format', '{{json .State}}', name],
];

export type ContainerVerdict =
  | { readonly state: 'running'; readonly words: string }
  | { readonly state: 'ended-well' }
  | { readonly state: 'failed'; readonly reason: string };

/**
 * Whether a migration's container has ended, and how: only exit code 0 is well.
 * @param stdout what `inspectState` printed; undefined where there is no such container
 */
export function judgeContainer(name: string, stdout: string | undefined): ContainerVerdict {
  if (stdout === undefined) return { state: 'failed', reason: `the container ${name} was removed` };
  const { Status, ExitCode, OOMKilled, Error: error } = JSON.parse(stdout) as Partial<EngineState>;
  const isOver = Status === 'exited' || Status === 'dead';
  const neverStarted = Status === 'created' && (Boolean(error) || ExitCode !== 0);
  if (!isOver && !neverStarted) return { state: 'running', words: `container ${Status ?? 'starting'}` };
  if (isOver && ExitCode === 0 && OOMKilled !== true && !error) return { state: 'ended-well' };
  const why = neverStarted ? 'could not start' : `exited with code ${ExitCode ?? 'unknown'}`;
  const memory = OOMKilled === true ? ', killed for using too much memory' : '';
  return { state: 'failed', reason: `the container ${why}${memory}${error ? `: ${error}` : ''}` };
}

interface EngineState {
  readonly Status: string;
  readonly ExitCode: number;
  readonly OOMKilled: boolean;
  readonly Error: string;
}
