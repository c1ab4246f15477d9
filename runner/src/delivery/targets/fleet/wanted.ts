import { createHash } from 'node:crypto';
import type { FleetConfig } from './schema.js';
import { StackError } from '../../../base/errors.js';
import type { ReleaseArtifact, ReleaseRecord } from '../../../domain/records.js';
import { fillRelease } from '../../rules/releaseValues.js';
import { LABELS, type Container } from './containers.js';

/** Names that tell one application's containers and playbook variables from another's. */
export interface FleetIdentity {
  readonly name: string;
  readonly application: string;
  readonly environmentName: string;
  readonly config: ContainerSettings;
}

/** What the configuration says of the container. */
export type ContainerSettings = Pick<
  FleetConfig,
  'environment' | 'vars' | 'health' | 'port' | 'container-port'
> & { readonly image?: string | undefined };

/** What has to run on a host: a container, or a release in a directory. */
export interface WantedContainer {
  /** Reference of the image, or the directory. */
  readonly image: string;
  readonly digest: string;
  readonly definition: string;
  /** The file that the directory is made of; of a container there is none. */
  readonly artifact?: ReleaseArtifact | undefined;
  /** For the playbook: the variables of the role, and the deployment's own. */
  readonly variables: Readonly<Record<string, unknown>>;
}

type Variables = Record<string, unknown>;

/** Name of the container on every host: hosts may carry several targets. */
export const containerName = ({ application, name }: FleetIdentity): string => `${application}-${name}`;

/** Port that the health gate asks. */
export const healthPort = ({ config }: FleetIdentity): number => config.health.port ?? config.port;

/**
 * What a release means on a host.
 * @param registry registry host as the hosts see it
 * @throws StackError RELEASE_UNKNOWN where the release has no such image
 */
export function wantedContainer(
  fleet: FleetIdentity,
  release: ReleaseRecord,
  registry: string,
): WantedContainer {
  const { config, application, environmentName } = fleet;
  const released = release.images[config.image ?? ''];
  if (released === undefined) {
    throw new StackError(
      'RELEASE_UNKNOWN',
      `release ${release.version} has no image "${config.image ?? ''}"`,
      {
        where: `targets.${fleet.name}.image of ${environmentName}`,
        evidence: [`its images: ${Object.keys(release.images).join(', ') || 'none'}`],
        next: 'Build a release with the current configuration: node runner push.',
      },
    );
  }
  const image = `${registry}/${released.repository}@${released.digest}`;
  const settings: Variables = {
    ...common(fleet),
    app_container_image: image,
    app_container_environment: fillRelease(config.environment, release),
  };
  // Version and commit are no part of it: the same content under another name needs no replacement.
  const definition = createHash('sha256').update(JSON.stringify(settings)).digest('hex');
  return {
    image,
    digest: released.digest,
    definition,
    variables: {
      ...settings,
      app_container_state: 'present',
      app_container_definition: definition,
      app_container_labels: {
        [LABELS.application]: application,
        [LABELS.environment]: environmentName,
        [LABELS.target]: fleet.name,
        [LABELS.version]: release.version,
        [LABELS.digest]: released.digest,
        [LABELS.commit]: release.commit,
      },
      application_version: release.version,
    },
  };
}

/** Variables that bring back what a host ran before; nothing where it ran nothing. */
export function restoringVariables(fleet: FleetIdentity, before: Container | undefined): Variables {
  const { application, environmentName, config } = fleet;
  return {
    ...common(fleet),
    app_container_state: 'restored',
    app_container_image: before?.image ?? '',
    app_container_definition: before?.definition ?? '',
    // Needed only where the container itself is gone, and its image has to be started anew.
    app_container_environment: fillRelease(config.environment, {
      version: before?.version ?? '',
      commit: '',
      branch: '',
    }),
    app_container_labels: {
      [LABELS.application]: application,
      [LABELS.environment]: environmentName,
      [LABELS.target]: fleet.name,
      [LABELS.version]: before?.version ?? '',
      [LABELS.digest]: before?.digest ?? '',
    },
  };
}

function common(fleet: FleetIdentity): Variables {
  const { config, application, environmentName } = fleet;
  const seconds = (ms: number) => Math.max(1, Math.round(ms / 1000));
  return {
    application,
    environment_name: environmentName,
    app_container_health_interval: Math.min(1, config.health.interval / 1000),
    ...config.vars,
    app_container_name: containerName(fleet),
    app_container_port: config.port,
    app_container_container_port: config['container-port'],
    app_container_health_path: config.health.path,
    app_container_health_port: healthPort(fleet),
    app_container_health_status: config.health.status ?? [],
    app_container_health_timeout: seconds(config.health.timeout),
  };
}
