import { createHash } from 'node:crypto';
import type { LaunchTemplate } from '../../../adapters/aws/ec2Instances.js';
import { StackError } from '../../../base/errors.js';
import type { ReleaseArtifact, ReleaseRecord } from '../../../domain/records.js';
import { fillRelease } from '../../rules/releaseValues.js';
import { wantedContainer, type ContainerSettings } from '../fleet/wanted.js';
import type { InstancesDependencies } from './dependencies.js';
import { fillUserData } from './rules/userData.js';

/** What a release means on an instance. */
export interface WantedRelease {
  readonly version: string;
  readonly digest: string;
  /** Digest of all that decides what runs there. */
  readonly definition: string;
  readonly template: LaunchTemplate;
  readonly artifact: ReleaseArtifact | undefined;
  /** For the playbook. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly userData: string | undefined;
}

/** @throws StackError RELEASE_UNKNOWN where the release has no such artifact or image; CONFIG_INVALID, AWS_* */
export async function wantedRelease(
  target: InstancesDependencies,
  release: ReleaseRecord,
): Promise<WantedRelease> {
  const [template, text] = await Promise.all([target.template(), target.userData()]);
  const { config } = target;
  const runs = config.artifact === undefined ? await ofImage(target, release) : ofArtifact(target, release);
  const userData = text === undefined ? undefined : fillUserData(text, release, runs.artifact, runs.image);
  const { playbook, 'user-data': _, ...rest } = { ...config };
  const settings = {
    ...{ playbook, port: rest.port, start: rest.start, restart: rest.restart },
    ...{ template, userData: text, settings: runs.settings },
  };
  return {
    version: release.version,
    digest: runs.digest,
    // Version and commit are no part of it: the same content under another name needs no replacement.
    definition: createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 40),
    template,
    artifact: runs.artifact,
    variables: { ...runs.variables, application_version: release.version },
    userData,
  };
}

interface Runs {
  readonly digest: string;
  /** All that decides what runs, but for the name of the release. */
  readonly settings: unknown;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly artifact?: ReleaseArtifact;
  /** Reference of the image, by digest. */
  readonly image?: string;
}

function ofArtifact(target: InstancesDependencies, release: ReleaseRecord): Runs {
  const { config, application, environmentName, name } = target;
  const artifact = release.artifacts?.[config.artifact ?? ''];
  if (artifact === undefined)
    throw new StackError(
      'RELEASE_UNKNOWN',
      `release ${release.version} has no artifact "${config.artifact ?? ''}"`,
      {
        where: `targets.${name}.artifact of ${environmentName}`,
        evidence: [`its artifacts: ${Object.keys(release.artifacts ?? {}).join(', ') || 'none'}`],
        next: 'Build a release with the current configuration: node runner push.',
      },
    );
  const { bucket, key, digest, sizeBytes, objectVersion } = artifact;
  const settings = {
    ...{ application, environment_name: environmentName },
    ...config.vars,
    artifact_release_environment: fillRelease(config.environment, release),
    artifact_release_port: config.port,
    artifact_release_health_path: config.health.path,
  };
  return {
    digest,
    settings: { digest, ...settings, artifact_release_environment: config.environment },
    artifact,
    variables: {
      ...settings,
      artifact_release_version: release.version,
      artifact_release_commit: release.commit,
      artifact_release_bucket: bucket,
      artifact_release_key: key,
      artifact_release_object_version: objectVersion ?? '',
      artifact_release_sha256: digest.replace(/^sha256:/, ''),
      artifact_release_size: sizeBytes,
    },
  };
}

async function ofImage(target: InstancesDependencies, release: ReleaseRecord): Promise<Runs> {
  const { config } = target;
  const container = {
    ...target,
    config: { ...config, image: config.image ?? '' } satisfies ContainerSettings,
  };
  const { image, digest, definition, variables } = wantedContainer(
    container,
    release,
    await target.registry(),
  );
  return { digest, settings: definition, variables, image };
}
