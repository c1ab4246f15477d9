import { basename } from 'node:path';
import type { FleetWorld } from '../dependencies.js';
import type { Runtime } from '../runtime.js';
import { noteOf, readReleases } from './hostReleases.js';
import { containerName } from '../wanted.js';
import { unitMigrations } from './unitMigrations.js';
import { restoringDirectory, rootOf, wantedDirectory } from './wantedDirectory.js';

/** Releases in directories, one of them in use by a link, by the role release_directory. */
export function directoryRuntime(fleet: FleetWorld): Runtime {
  const root = rootOf(fleet);
  const { unit, artifact: name } = fleet.config;
  const ofUnit = (property: string, ...options: readonly string[]) =>
    unit === undefined
      ? undefined
      : ['systemctl', 'show', '--property', property, '--value', ...options, unit];
  return {
    wanted: async (release) => wantedDirectory(fleet, release),
    digestOf: ({ artifacts }) => artifacts?.[name ?? '']?.digest,
    again: { release_directory_replace: true },
    async fetching(wanted, signal) {
      const { artifact } = wanted;
      if (artifact === undefined || fleet.fetchArtifact === undefined)
        throw new Error(`${fleet.name} has no artifact to bring to its hosts`);
      const fetched = await fleet.fetchArtifact(artifact, signal);
      const variables = {
        ...wanted.variables,
        release_directory_state: 'fetched',
        release_directory_file: fetched.file,
      };
      const { bucket, key, objectVersion: version } = artifact;
      const object = { bucket, key, ...(version === undefined ? {} : { version }) };
      const objects = [
        {
          ...{ variable: 'release_directory_file', file: basename(fetched.file) },
          ...{ ...object, sha256: wanted.variables['release_directory_sha256'] as string },
        },
      ];
      return { variables, objects, done: () => fetched.remove() };
    },
    restoring: (before) => restoringDirectory(fleet, before),
    async isThere(ssh, host, { definition }, signal) {
      const argv = ['test', '-e', noteOf(root, definition)];
      return (await ssh.execAsRoot(host, argv, { signal })).exitCode === 0;
    },
    read: (ssh, host, signal) => readReleases(ssh, host, root, signal),
    async lastWords(ssh, host, lines) {
      if (unit === undefined) return [];
      const argv = ['journalctl', '--unit', unit, '--lines', String(lines), '--output', 'cat', '--no-pager'];
      // This is only evidence, so the wait is short.
      const limits = { timeoutMs: 15_000, patienceMs: 10_000 };
      const found = await ssh.execAsRoot(host, argv, limits).catch(() => ({ stdout: '' }));
      return found.stdout.split('\n').filter((line) => line.trim() !== '');
    },
    restartCount: ofUnit('NRestarts'),
    startedAt: ofUnit('ActiveEnterTimestamp', '--timestamp=utc'),
    process: unit ?? 'the application',
    migrations: unitMigrations(`${containerName(fleet)}-migrate-`, fleet.config.owner ?? 'root'),
    // Held by the module release_directory.
    lock: '/run/lock/automation-stack-release-directory',
  };
}
