import type { RegistryImage } from '../../../domain/machineImage.js';
import { subjectOf } from './imageVerdicts.js';

/** Digests of the indexes that an image is a part of, and of what it is attached to, by its digest. */
export type Holders = ReadonlyMap<string, readonly string[]>;

/** @param children manifests that an index names, by the digest of the index */
export function holdersOf(
  images: readonly RegistryImage[],
  children: ReadonlyMap<string, readonly string[]>,
): Holders {
  const holders = new Map<string, readonly string[]>();
  const hold = (digest: string, by: string) => holders.set(digest, [...(holders.get(digest) ?? []), by]);
  for (const [index, manifests] of children) for (const digest of manifests) hold(digest, index);
  for (const image of images) {
    const subject = subjectOf(image);
    if (subject !== undefined) hold(image.digest, subject);
  }
  return holders;
}

/** What may still go where some images stay after all: nothing that these are made of, or that is attached to them. */
export function withoutHeld<Item extends { readonly id: string }>(
  going: readonly Item[],
  staying: ReadonlySet<string>,
  holders: Holders,
): readonly Item[] {
  const held = new Set(staying);
  for (;;) {
    const more = going.filter(
      ({ id }) => !held.has(id) && (holders.get(id) ?? []).some((holder) => held.has(holder)),
    );
    if (more.length === 0) return going.filter(({ id }) => !held.has(id));
    for (const { id } of more) held.add(id);
  }
}
