import { createHash } from 'node:crypto';
import { StackError } from '../../../../base/errors.js';
import type { ReleaseRecord } from '../../../../domain/records.js';
import { fillRelease } from '../../../rules/releaseValues.js';
import type { Container } from '../containers.js';
import type { FleetWorld } from '../dependencies.js';
import { containerName, healthPort, type WantedContainer } from '../wanted.js';

type Directories = Pick<FleetWorld, 'name' | 'application' | 'environmentName' | 'config'>;
type Variables = Record<string, unknown>;

/** Length of a release's name on the hosts, in hexadecimal digits. */
const ID_LENGTH = 40;

/** Directory of the application on every host. */
export const rootOf = (fleet: Directories): string => `/srv/${containerName(fleet)}`;

/**
 * What a release means on a host.
 * @throws StackError RELEASE_UNKNOWN where the release has no such artifact
 */
export function wantedDirectory(fleet: Directories, release: ReleaseRecord): WantedContainer {
  const { config, environmentName } = fleet;
  const artifact = release.artifacts?.[config.artifact ?? ''];
  if (artifact === undefined) {
    throw new StackError(
      'RELEASE_UNKNOWN',
      `release ${release.version} has no artifact "${config.artifact ?? ''}"`,
      {
        where: `targets.${fleet.name}.artifact of ${environmentName}`,
        evidence: [`its artifacts: ${Object.keys(release.artifacts ?? {}).join(', ') || 'none'}`],
        next: 'Build a release with the current configuration: node runner push.',
      },
    );
  }
  const { digest } = artifact;
  const settings = {
    ...config.vars,
    release_directory_environment: fillRelease(config.environment, release),
    release_directory_shared: config.shared ?? [],
    release_directory_owner: config.owner ?? 'root',
    release_directory_prepare: config.prepare ?? [],
  };
  // Version and commit are no part of it: the same content under another name needs no other directory.
  const hash = createHash('sha256').update(JSON.stringify({ digest, ...settings }));
  const definition = hash.digest('hex').slice(0, ID_LENGTH);
  return {
    image: `${rootOf(fleet)}/releases/${definition}`,
    digest,
    definition,
    artifact,
    variables: {
      ...common(fleet),
      ...settings,
      release_directory_state: 'present',
      release_directory_id: definition,
      release_directory_sha256: digest.replace(/^sha256:/, ''),
      release_directory_version: release.version,
      release_directory_commit: release.commit,
      application_version: release.version,
    },
  };
}

/** Variables that switch back to what was in use before; to nothing where nothing was. */
export const restoringDirectory = (fleet: Directories, before: Container | undefined): Variables => ({
  ...common(fleet),
  ...fleet.config.vars,
  release_directory_state: 'restored',
  release_directory_id: before?.definition ?? '',
  release_directory_version: before?.version ?? '',
});

function common(fleet: Directories): Variables {
  const { config, application, environmentName } = fleet;
  const seconds = (ms: number) => Math.max(1, Math.round(ms / 1000));
  return {
    application,
    environment_name: environmentName,
    release_directory_name: containerName(fleet),
    release_directory_root: rootOf(fleet),
    release_directory_keep: config.keep ?? 5,
    release_directory_unit: config.unit ?? '',
    release_directory_restart: config.restart ?? [],
    release_directory_port: config.port,
    release_directory_health_path: config.health.path,
    release_directory_health_port: healthPort(fleet),
    release_directory_health_status: config.health.status ?? [],
    release_directory_health_timeout: seconds(config.health.timeout),
    release_directory_health_interval: Math.min(1, config.health.interval / 1000),
  };
}
