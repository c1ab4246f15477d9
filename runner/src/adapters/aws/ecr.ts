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
  /** The exact bytes; a new tag must have the same. */
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
 * @param endpoint overrides it, if a stand-in has another address than AWS reports (AUTOMATION_STACK_REGISTRY)
 * @returns undefined if the account is not known: `registryLogin` asks AWS for it
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
 * Domain of a region's partition; GovCloud has that of the commercial regions.
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

/** Gets a login token for Docker, valid for 12 hours, and registers it as a secret. One API call. */
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

/**
 * Creates a repository if it is missing: immutable tags, scan on push. An existing one does not change.
 * @param kind the tag of a cache moves with each push, and nothing runs it
 */
export async function ensureRepository(
  aws: AwsClients,
  repository: string,
  signal: AbortSignal,
  kind: 'images' | 'cache' = 'images',
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
      imageTagMutability: kind === 'images' ? 'IMMUTABLE' : 'MUTABLE',
      imageScanningConfiguration: { scanOnPush: kind === 'images' },
    });
    await aws.call(client, create, what('ecr:CreateRepository'));
    return 'created';
  } catch (error) {
    // Another run has created it meanwhile.
    if (awsReason(error) === 'RepositoryAlreadyExistsException') return 'exists';
    throw error;
  }
}

/** The manifest of a tag or digest; undefined if it does not exist (or the repository does not). */
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
    // An image that exists but cannot be read (its key, its platform) must not count as one that was never pushed.
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

/** Parses a manifest. Its digest is computed, not taken from the answer. */
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
 * Adds a tag to a manifest: the same bytes, nothing is pushed.
 * @throws StackError TAG_IMMUTABLE if another manifest has the tag
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
    // This manifest has the tag already.
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
