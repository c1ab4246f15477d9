import type { Container, HostContainers } from './containers.js';

/** What has to run on a host. */
export interface Proof {
  /** Digests, any of which the image that runs must have; nothing is known of it where there is none. */
  readonly digests: readonly string[];
  /** Identifies image and settings; empty where a container carries no such label. */
  readonly definition: string;
}

/** What a host is to go back to, as proof that it did. A snapshot of an earlier version knows the label alone. */
export function proofOf({ digest, content, definition }: Container): Proof {
  return { digests: content ?? (digest === '' ? [] : [digest]), definition };
}

/**
 * What of a proof a host lacks. The engine's own word on an image counts, not the labels that a playbook wrote.
 * @param proof undefined where nothing is meant to run
 * @returns in words; undefined where it runs just that
 */
export function missingProof(found: HostContainers, proof: Proof | undefined): string | undefined {
  const { current, candidate } = found;
  if (proof === undefined)
    return current === undefined && candidate === undefined ? undefined : 'something runs there';
  if (current === undefined) return 'it does not run there';
  if (candidate !== undefined) return 'what a run that was cut off left is still there';
  if (current.state !== 'running') return `it is ${current.state}`;
  const content = current.content ?? [];
  if (proof.digests.length > 0 && !proof.digests.some((digest) => content.includes(digest))) {
    const runs = content[0] ?? 'something without a known digest';
    return `it runs ${runs}, not ${proof.digests[0]}`;
  }
  // A playbook of another role writes no definition: then the image alone tells.
  if (current.definition !== '' && proof.definition !== '' && current.definition !== proof.definition) {
    return 'it runs the right release with other settings';
  }
  return undefined;
}
