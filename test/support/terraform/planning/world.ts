import type { Values } from './values.js';

/** A condition of a data source: one of these values. */
export interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

function passes(one: Values, { name, values }: Filter): boolean {
  const tags = (one.tags_all ?? {}) as Values;
  const value = name.startsWith('tag:')
    ? tags[name.slice('tag:'.length)]
    : name === 'group-name'
      ? one.name
      : undefined;
  return values.includes(value as string);
}

/** The resources that were made, for what looks one up. */
export class World {
  private readonly made = new Map<string, Values[]>();

  /** Takes in a resource as it is after a change; null for one that is gone. */
  keep(type: string, prior: Values | null, state: Values | null): void {
    const others = (this.made.get(type) ?? []).filter((one) => prior === null || one.id !== prior.id);
    this.made.set(type, state === null ? others : [...others, state]);
  }

  /**
   * The resource of a type that has these attributes, the newest of several.
   * @param filters as data sources of EC2 take them; one that is not of a tag or of the name finds nothing
   */
  find(type: string, attributes: Values, filters: readonly Filter[] = []): Values | undefined {
    const wanted = Object.entries(attributes).filter(
      ([, value]) => typeof value === 'string' && value !== '',
    );
    if (wanted.length + filters.length === 0) return undefined;
    return this.made
      .get(type)
      ?.findLast(
        (one) =>
          wanted.every(([name, value]) => one[name] === value) &&
          filters.every((filter) => passes(one, filter)),
      );
  }
}
