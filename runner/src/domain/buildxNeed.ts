/** The parts of an image that decide whether buildx builds it. */
export interface BuildxParts {
  readonly builder?: string | undefined;
  /** True, or the reference of the image that makes the list. */
  readonly sbom?: boolean | string | undefined;
  readonly provenance?: string | undefined;
  readonly cache?: { readonly to?: string | undefined } | undefined;
}

/**
 * The key of an image that only buildx can serve: attestations, and caches of their own, come of builders beside the engine.
 * @returns undefined where the engine builds the image
 */
export function buildxKey(image: BuildxParts): 'builder' | 'sbom' | 'provenance' | 'cache.to' | undefined {
  const { builder, sbom = false, provenance = 'off', cache } = image;
  if (sbom !== false) return 'sbom';
  if (provenance !== 'off') return 'provenance';
  if (cache?.to !== undefined && cache.to !== 'inline') return 'cache.to';
  return builder === undefined ? undefined : 'builder';
}

/** The attestations of an image, in words; with any of them it is an index, whose digest names it with them. */
export function attestationsOf({ sbom = false, provenance = 'off' }: BuildxParts): readonly string[] {
  return [
    ...(sbom === false ? [] : [sbom === true ? 'sbom' : `sbom by ${sbom}`]),
    ...(provenance === 'off' ? [] : [`provenance ${provenance}`]),
  ];
}

/** Repository of the cache that buildx keeps in the registry of the environment; undefined where it keeps none there. */
export function cacheRepository({ cache }: BuildxParts): string | undefined {
  const { to = 'inline' } = cache ?? {};
  return to === 'inline' || hasHost(to) ? undefined : to.slice(0, to.lastIndexOf(':'));
}

/** As Docker tells a host from the first part of a repository: https://github.com/distribution/reference */
export function hasHost(reference: string): boolean {
  const [first = ''] = reference.split('/');
  return reference.includes('/') && (/[.:]/.test(first) || first === 'localhost');
}
