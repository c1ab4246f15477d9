/** The media types of manifests and what they name, as registries know them. */
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

interface Descriptor {
  readonly mediaType?: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A manifest that is in the registry. */
export interface PlatformManifest {
  /** `linux/arm64` or `linux/arm/v7`. */
  readonly platform: string;
  readonly digest: string;
  readonly text: string;
  readonly mediaType: string | undefined;
}

export interface WrittenManifest {
  readonly text: string;
  readonly mediaType: string;
}

type Annotations = Readonly<Record<string, string>>;

/**
 * The index of an image for several platforms. The same manifests make the same bytes.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.0/image-index.md
 */
export function imageIndex(
  manifests: readonly PlatformManifest[],
  annotations: Annotations,
): WrittenManifest {
  const index = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: manifests.map(({ platform, digest, text, mediaType = DOCKER_MANIFEST }) => ({
      mediaType,
      digest,
      size: Buffer.byteLength(text),
      platform: platformOf(platform),
    })),
    ...annotationsOf(annotations),
  };
  return { text: JSON.stringify(index), mediaType: OCI_INDEX };
}

/**
 * A manifest with annotations. Docker's own format has no place for them, so it becomes that of OCI: it names the same
 * configuration and the same layers.
 */
export function annotatedManifest(text: string, annotations: Annotations): WrittenManifest {
  const { config, layers } = JSON.parse(text) as { config: Descriptor; layers: readonly Descriptor[] };
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: asOci(config),
    layers: layers.map(asOci),
    ...annotationsOf(annotations),
  };
  return { text: JSON.stringify(manifest), mediaType: OCI_MANIFEST };
}

/** https://github.com/opencontainers/image-spec/blob/v1.1.0/media-types.md#compatibility-matrix */
const OCI_TYPES: Readonly<Record<string, string>> = {
  'application/vnd.docker.container.image.v1+json': 'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.image.rootfs.diff.tar.gzip': 'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip':
    'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
};

const asOci = (descriptor: Descriptor): Descriptor => {
  const { mediaType = '' } = descriptor;
  return { ...descriptor, mediaType: OCI_TYPES[mediaType] ?? mediaType };
};

/** Sorted, so that the order in the configuration makes no other image. */
function annotationsOf(annotations: Annotations): { readonly annotations?: Annotations } {
  const entries = Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? {} : { annotations: Object.fromEntries(entries) };
}

function platformOf(platform: string): Readonly<Record<string, string>> {
  const [os = 'linux', architecture = '', variant] = platform.split('/');
  return { architecture, os, ...(variant === undefined ? {} : { variant }) };
}

/** A platform in a tag or in the name of an image: `linux-arm-v7`. */
export const platformSlug = (platform: string): string => platform.replaceAll('/', '-');

/**
 * The images of an index, one a platform, without attestations.
 * @returns undefined of what is no index
 */
export function platformDigests(text: string): readonly string[] | undefined {
  const { manifests } = JSON.parse(text) as { manifests?: readonly Descriptor[] };
  return manifests
    ?.filter(({ platform, annotations }) => {
      const isAttestation = annotations?.['vnd.docker.reference.type'] !== undefined;
      return !isAttestation && platform?.['os'] !== 'unknown';
    })
    .map(({ digest }) => digest);
}
