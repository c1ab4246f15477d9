import { createHash } from 'node:crypto';
import { StackError } from '../../base/errors.js';
import type { SecretRegistry } from '../../secrets/redact.js';
import type { AwsClients } from './clients.js';
import { awsReason, refuseFailures } from './awsErrors.js';
import { sdk } from './sdk.js';

/** A manifest as the registry serves it. */
export interface Manifest {
  /** `sha256:…` of its bytes. */
  readonly digest: string;
  /** The exact bytes, which a new tag has to repeat. */
  readonly text: string;
  readonly mediaType: string | undefined;
  /** Sum of configuration and layers, compressed; undefined for an index of several platforms. */
  readonly sizeBytes: number | undefined;
  /** Digest of the image's configuration: the engine's own id for it. */
  readonly configDigest: string | undefined;
}

const MEDIA_TYPES = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
];

/**
 * Where Docker finds an account's registry.
 * @param endpoint overrides it, where a stand-in's address is not the one AWS tells (AUTOMATION_STACK_REGISTRY)
 * @returns undefined where the account is not known: `registryLogin` learns it from AWS
 */
export function registryHost(
  aws: Pick<AwsClients, 'account' | 'region'>,
  endpoint: string | undefined,
): string | undefined {
  if (endpoint) return endpoint;
  if (aws.account === undefined) return undefined;
  return `${aws.account}.dkr.ecr.${aws.region}.${domainOf(aws.region)}`;
}

/**
 * Domain of a region's partition; those of GovCloud have that of the commercial ones.
 * Source: the partitions of https://github.com/aws/aws-sdk-js-v3 (util-endpoints)
 */
const DOMAINS: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^us-isof-/, 'csp.hci.ic.gov'],
  [/^eusc-/, 'amazonaws.eu'],
];

const domainOf = (region: string): string =>
  DOMAINS.find(([pattern]) => pattern.test(region))?.[1] ?? 'amazonaws.com';

/** Asks for a token that lets Docker in for 12 hours; it is a secret from here on. One API call. */
export async function registryLogin(
  aws: AwsClients,
  options: {
    readonly endpoint: string | undefined;
    readonly secrets: SecretRegistry;
    readonly signal: AbortSignal;
  },
): Promise<{ readonly host: string; readonly username: string; readonly password: string }> {
  const { GetAuthorizationTokenCommand } = await sdk.ecr();
  const what = { action: 'ecr:GetAuthorizationToken', signal: options.signal };
  const answer = await aws.call(await aws.ecr(), new GetAuthorizationTokenCommand({}), what);
  const data = answer.authorizationData?.[0];
  const token = data?.authorizationToken ?? '';
  options.secrets.register(token);
  const [username = '', ...rest] = Buffer.from(token, 'base64').toString('utf8').split(':');
  const password = rest.join(':');
  options.secrets.register(password);
  const proxy = (data?.proxyEndpoint ?? '').replace(/^https?:\/\//, '');
  const host = registryHost(aws, options.endpoint) ?? proxy;
  if (host === '' || password === '') {
    throw new StackError('REGISTRY_REFUSED', 'ECR returned no login', {
      where: aws.region,
      next: 'Check that ECR is available in this region and that ecr:GetAuthorizationToken is allowed.',
    });
  }
  return { host, username, password };
}

/** Makes a repository where it is missing: immutable tags, scan on push. An existing one is left as it is. */
export async function ensureRepository(
  aws: AwsClients,
  repository: string,
  signal: AbortSignal,
): Promise<'exists' | 'created'> {
  const { CreateRepositoryCommand, DescribeRepositoriesCommand } = await sdk.ecr();
  const client = await aws.ecr();
  const what = (action: string) => ({ action, resource: repository, signal });
  try {
    const describe = new DescribeRepositoriesCommand({ repositoryNames: [repository] });
    await aws.call(client, describe, what('ecr:DescribeRepositories'));
    return 'exists';
  } catch (error) {
    if (awsReason(error) !== 'RepositoryNotFoundException') throw error;
  }
  try {
    const create = new CreateRepositoryCommand({
      repositoryName: repository,
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
    });
    await aws.call(client, create, what('ecr:CreateRepository'));
    return 'created';
  } catch (error) {
    // Another run was faster.
    if (awsReason(error) === 'RepositoryAlreadyExistsException') return 'exists';
    throw error;
  }
}

/** What the registry serves for a tag or digest; undefined where it has none (or no such repository). */
export async function readManifest(
  aws: AwsClients,
  repository: string,
  image: { readonly imageTag: string } | { readonly imageDigest: string },
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  const { BatchGetImageCommand } = await sdk.ecr();
  const input = { repositoryName: repository, imageIds: [image], acceptedMediaTypes: MEDIA_TYPES };
  const what = { action: 'ecr:BatchGetImage', resource: repository, signal };
  try {
    const answer = await aws.call(await aws.ecr(), new BatchGetImageCommand(input), what);
    const found = answer.images?.[0];
    // An image that is there but withheld (its key, its platform) must not pass for one that was never pushed.
    const withheld = answer.failures?.map((one) => ({ reason: one.failureCode, detail: one.failureReason }));
    if (found?.imageManifest === undefined) {
      refuseFailures(withheld, what);
      return undefined;
    }
    return readManifestText(found.imageManifest, found.imageManifestMediaType);
  } catch (error) {
    if (awsReason(error) === 'RepositoryNotFoundException') return undefined;
    throw error;
  }
}

/** Reads what a manifest says of itself; its digest is computed, not believed. */
export function readManifestText(text: string, mediaType?: string): Manifest {
  const manifest = JSON.parse(text) as {
    mediaType?: string;
    config?: { digest?: string; size?: number };
    layers?: { size?: number }[];
  };
  const { config, layers } = manifest;
  const sizes = layers?.map((layer) => layer.size ?? 0);
  return {
    digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
    text,
    mediaType: mediaType ?? manifest.mediaType,
    sizeBytes: sizes?.reduce((sum, size) => sum + size, config?.size ?? 0),
    configDigest: config?.digest,
  };
}

/**
 * Gives a manifest one more tag: the same bytes, nothing is pushed.
 * @throws StackError TAG_IMMUTABLE where the tag stands on another manifest
 */
export async function putTag(
  aws: AwsClients,
  repository: string,
  manifest: Manifest,
  tag: string,
  signal: AbortSignal,
): Promise<void> {
  const { PutImageCommand } = await sdk.ecr();
  const command = new PutImageCommand({
    repositoryName: repository,
    imageManifest: manifest.text,
    imageTag: tag,
    ...(manifest.mediaType === undefined ? {} : { imageManifestMediaType: manifest.mediaType }),
  });
  try {
    await aws.call(await aws.ecr(), command, { action: 'ecr:PutImage', resource: repository, signal });
  } catch (error) {
    const reason = awsReason(error);
    // The tag is there already, on this very manifest.
    if (reason === 'ImageAlreadyExistsException') return;
    if (reason !== 'ImageTagAlreadyExistsException') throw error;
    throw new StackError(
      'TAG_IMMUTABLE',
      `${repository}:${tag} points to another image, and its tags are immutable`,
      {
        where: `${repository}:${tag}`,
        next: 'Make a new version (commit, or `node runner release`) and push that.',
        cause: error,
      },
    );
  }
}
