/** A kind of place where state is kept, as the configuration knows it: which locations it takes, and what they are. */
export interface StoreLocation {
  readonly name: string;
  /** How a location of this kind is written, for people: `a directory`, `s3://bucket/prefix`. */
  readonly form: string;
  matches(location: string): boolean;
  /**
   * The folder of this machine that a location is, absolute. Kinds that are elsewhere have none.
   * @param base absolute path of the directory where relative locations start
   */
  folder?(location: string, base: string): string;
}

/** The kind of a location; undefined where none takes it. */
export function storeOf<Kind extends StoreLocation>(
  stores: readonly Kind[],
  location: string,
): Kind | undefined {
  return stores.find((kind) => kind.matches(location));
}

/** The folder of this machine that a location is, absolute; undefined where it is elsewhere. */
export function folderOf(
  stores: readonly StoreLocation[],
  location: string,
  base: string,
): string | undefined {
  return storeOf(stores, location)?.folder?.(location, base);
}

/** The forms of locations in a sentence: `a directory, or s3://bucket/prefix`. */
export const storeForms = (stores: readonly StoreLocation[], between = ', or '): string =>
  stores.map(({ form }) => form).join(between);
