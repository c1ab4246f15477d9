import { contractOf, expandOf } from '../../../config/migrateSchema.js';
import { StackError, wordsWithout } from '../../../base/errors.js';
import type { Host } from '../../../domain/host.js';
import { begunMigration, type MigrationRecord } from '../../../domain/migration.js';
import type { ReleaseRecord } from '../../../domain/records.js';
import type { Begun, Rollout } from '../../../context/target.js';
import { contractWords, expandWords, withoutMigration, type TaskWords } from '../../rules/taskWords.js';
import { snapshotBefore } from '../../snapshots/takeSnapshot.js';
import { migrateOnce, type LeftMigration } from '../migrateOnce.js';
import type { FleetDependencies } from './dependencies.js';
import { isAtWork, migrationName } from './migrationContainer.js';
import { nameOf, type HostMigration } from './migrationRunner.js';
import { watchHostMigration } from './migrationWatch.js';
import type { WantedContainer } from './wanted.js';

export interface FleetMigration {
  readonly release: ReleaseRecord;
  readonly wanted: WantedContainer;
  /** The one that runs it; it has the release. */
  readonly host: Host;
  readonly rollout: Rollout;
  /** Of a contract step: the release whose step it is. */
  readonly of?: string | undefined;
}

/**
 * Runs the migration of a release by itself on one host, to its end. One that a killed run left is found
 * again on whichever host it is.
 * @throws StackError MIGRATION_FAILED with exit code and last lines, or where another one still runs; CONFIG_INVALID; the
 *   signal's reason on abort
 */
export async function migrateFleet(
  fleet: FleetDependencies,
  request: FleetMigration,
): Promise<MigrationRecord> {
  const { release, wanted, host, rollout, of } = request;
  const { name, environmentName: environment, config, clock } = fleet;
  const step = of === undefined ? expandOf(config.migrate) : contractOf(config.migrate);
  if (step === undefined) throw withoutMigration(environment, name);
  const ssh = await fleet.ssh();
  const version = of === undefined ? release.version : `contract/${of}`;
  const words = wordsOf(fleet, of);
  const subject = rollout.stage.subject(name);
  const source = `${words.phase} ${name}`;
  const runner = fleet.runtime.migrations;
  const watching = { ssh, runner, clock, timeoutMs: step.timeout, rollout, subject, words, source };
  return migrateOnce<HostMigration>(
    { rollout, subject, words: step.command.join(' ') },
    {
      findLeft: (begun) => findLeft(fleet, { rollout, words, version }, begun?.startedBy),
      named: () => ({ startedBy: migrationName(fleet, version, clock.now()), data: { host: host.name } }),
      async start({ startedBy }) {
        await removeEnded(fleet, host, rollout.signal);
        const environment = of === undefined ? {} : { AUTOMATION_STACK_CONTRACT: of };
        const asked = { name: startedBy, version, wanted, command: step.command, environment };
        const refused = await runner.start(ssh, host, asked);
        if (refused !== undefined) throw words.failure(`${host.name} could not start it`, refused);
        return { host, name: startedBy };
      },
      nameOf,
      watch: (migration) => watchHostMigration(watching, migration),
    },
    snapshotBefore(config.migrate, fleet.takeSnapshot, { target: name, version, rollout }),
  );
}

const wordsOf = (
  { name, environmentName: environment }: FleetDependencies,
  of: string | undefined,
): TaskWords => {
  const where = `targets.${name} of ${environment}`;
  return of === undefined
    ? expandWords({ environment, where, untouched: 'No host was changed' })
    : contractWords({ environment, where }, of);
};

interface Looking {
  readonly rollout: Rollout;
  readonly words: TaskWords;
  readonly version: string;
}

/** What the hosts say of migrations of this fleet. Under the environment's lock nobody else migrates. */
async function findLeft(
  fleet: FleetDependencies,
  { rollout, words, version }: Looking,
  startedBy: string | undefined,
): Promise<LeftMigration<HostMigration> | undefined> {
  const ssh = await fleet.ssh();
  const { signal } = rollout;
  const hosts = await fleet.hosts();
  const mayRun = new Set([rollout.begun, rollout.earlier].flatMap((begun) => begunOn(begun)?.host ?? []));
  const found = await ssh.each(hosts, async (host) => {
    try {
      return (await fleet.runtime.migrations.list(ssh, host, signal)).map((one) => ({ ...one, host }));
    } catch (error) {
      signal.throwIfAborted();
      const reason = `${host.name} does not answer: whether a migration still runs there is not known`;
      if (mayRun.has(host.name)) throw words.failure(reason, [wordsWithout(host.name, error)]);
      rollout.stage.subject(host.name).progress(words.phase, reason);
      return [];
    }
  });
  const all = found.flat();
  const other = all.find((one) => isAtWork(one) && one.version !== version);
  if (other !== undefined)
    throw words.failure(`the one of ${other.version} still runs: ${nameOf(other)}`, [
      `${fleet.runtime.migrations.logCommand(other.name)} (on ${other.host.name})`,
    ]);
  const running = all.find((one) => isAtWork(one));
  if (running !== undefined) return leftOn(running);
  const own = all.find(({ name }) => name === startedBy);
  if (own === undefined) return undefined;
  // Made and not started, by a client that was killed in between: where it goes away, it never ran.
  if (own.state === 'created') await fleet.runtime.migrations.remove(ssh, own.host, [own.name]);
  const verdict = await fleet.runtime.migrations.lookAt(ssh, own, signal);
  if (verdict.state === 'running') return leftOn(own);
  if (verdict.state === 'failed') return undefined;
  const ended = { task: own.name, host: own.host.name, exitCode: 0, seconds: 0 };
  return { ...leftOn(own), ended };
}

const leftOn = ({ host, name }: HostMigration): LeftMigration<HostMigration> => ({
  task: { host, name },
  startedBy: name,
  data: { host: host.name },
});

/** Migrations that have ended are kept for their logs until the next one. */
async function removeEnded(fleet: FleetDependencies, host: Host, signal: AbortSignal): Promise<void> {
  const ssh = await fleet.ssh();
  const { migrations } = fleet.runtime;
  const ended = (await migrations.list(ssh, host, signal)).filter((one) => !isAtWork(one));
  await migrations.remove(
    ssh,
    host,
    ended.map(({ name }) => name),
  );
}

/** A migration that began, and of which the journal knows no end. */
export interface OpenMigration {
  readonly startedBy: string;
  /** Name of the host. */
  readonly host: string;
}

/** What a journal says of a migration that it knows no end of. */
export function begunOn(begun: readonly Begun[] | undefined): OpenMigration | undefined {
  const found = begunMigration(begun);
  if (found === undefined || found.ended !== undefined) return undefined;
  const { host } = (begun ?? []).findLast(({ action }) => action === 'migrate')?.data ?? {};
  return typeof host === 'string' ? { startedBy: found.startedBy, host } : undefined;
}

/**
 * Stops a migration that is undone.
 * @returns the failure of one that may still run: its host does not answer, or it does not obey
 */
export async function stopMigration(
  fleet: FleetDependencies,
  open: OpenMigration,
  rollout: Rollout,
): Promise<StackError | undefined> {
  // One that is no host any more runs nothing.
  const host = (await fleet.hosts()).find(({ name }) => name === open.host);
  if (host === undefined) return undefined;
  const migration = { host, name: open.startedBy };
  const ssh = await fleet.ssh();
  const { migrations } = fleet.runtime;
  const unstopped = await migrations.lookAt(ssh, migration, rollout.signal).then(
    async ({ state }) => {
      if (state !== 'running') return undefined;
      rollout.stage.subject(fleet.name).progress('migrate', `stopping ${nameOf(migration)}`);
      return migrations.stop(ssh, migration);
    },
    (error: Error) => `${nameOf(migration)} may still run: ${error.message}`,
  );
  if (unstopped === undefined) return undefined;
  return wordsOf(fleet, undefined).failure(unstopped, []);
}
