import { readFileSync } from 'node:fs';

/** What the provider's source says of a resource type and its published schema does not; see `facts.json` for the source. */
export interface Facts {
  /** Paths of arguments whose change makes a new resource, without indices: `volume.name`. */
  readonly forceNew: readonly string[];
  /** By path: what an argument is where the configuration leaves it out. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Blocks that stay as they are where the configuration leaves them out. */
  readonly keptBlocks?: readonly string[];
}

const { types } = JSON.parse(readFileSync(new URL('facts.json', import.meta.url), 'utf8')) as {
  types: Readonly<Record<string, Facts>>;
};

/** The types with facts. */
export const knownTypes: readonly string[] = Object.keys(types);

/**
 * What is known of a type.
 * @throws Error for a type that the file does not have: its plans would be guesses
 */
export function factsOf(type: string): Facts {
  const facts = types[type];
  if (facts === undefined)
    throw new Error(
      `${type} is not in test/support/terraform/planning/facts.json: add what its source says.`,
    );
  return facts;
}
