/** The media types of manifests, as registries know them. */
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

interface Descriptor {
  readonly mediaType?: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

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
