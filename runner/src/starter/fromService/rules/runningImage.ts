import type { RunningImage } from './livingService.js';

/** An image reference in its parts. */
export interface ImageReference {
  /** Repository in the account's own registry; undefined where it comes from elsewhere. */
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** @param registry host of the account's own registry, as image references begin */
export function imageReference(image: string, registry: string): ImageReference {
  const [name = '', digest] = image.split('@');
  const colon = name.lastIndexOf(':');
  const isTagged = colon > name.lastIndexOf('/');
  const path = isTagged ? name.slice(0, colon) : name;
  const tag = isTagged ? name.slice(colon + 1) : digest === undefined ? 'latest' : undefined;
  return {
    ...(path.startsWith(`${registry}/`) ? { repository: path.slice(registry.length + 1) } : {}),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/**
 * What runs, from what is written, what the registry has for it, and what the tasks say.
 * @param tagged digest and text of the manifest that the tag means now
 * @param running digests that the tasks report: of a manifest, or of one platform in it
 */
export function runningImage(
  { repository, tag, digest }: ImageReference,
  tagged: { readonly digest: string; readonly text: string } | undefined,
  running: readonly string[],
): RunningImage {
  const known = { repository, tag };
  if (digest !== undefined) return { ...known, digest, tagHolds: false };
  const [first] = running;
  const isTagged = (one: string) =>
    tagged !== undefined && (one === tagged.digest || tagged.text.includes(one));
  if (tagged !== undefined && running.every(isTagged))
    return { ...known, digest: tagged.digest, tagHolds: true };
  // The tag has moved on since the tasks were started.
  const isOne = first !== undefined && running.every((one) => one === first);
  return { ...known, digest: isOne ? first : undefined, tagHolds: false };
}
