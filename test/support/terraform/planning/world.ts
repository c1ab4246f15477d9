import type { Values } from './values.js';

/** The resources that were made, for what looks one up. */
export class World {
  private readonly made = new Map<string, Values[]>();

  /** Takes in a resource as it is after a change; null for one that is gone. */
  keep(type: string, prior: Values | null, state: Values | null): void {
    const others = (this.made.get(type) ?? []).filter((one) => prior === null || one.id !== prior.id);
    this.made.set(type, state === null ? others : [...others, state]);
  }

  /** The resource of a type that has these attributes, the newest of several. */
  find(type: string, attributes: Values): Values | undefined {
    const wanted = Object.entries(attributes).filter(
      ([, value]) => typeof value === 'string' && value !== '',
    );
    if (wanted.length === 0) return undefined;
    return this.made.get(type)?.findLast((one) => wanted.every(([name, value]) => one[name] === value));
  }
}
