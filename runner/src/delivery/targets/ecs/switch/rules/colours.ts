/** The two services of a switch. One is live, the other idle. */
export const COLOURS = ['blue', 'green'] as const;
export type Colour = (typeof COLOURS)[number];
export type ByColour<T> = Readonly<Record<Colour, T>>;

export const otherColour = (colour: Colour): Colour => (colour === 'blue' ? 'green' : 'blue');
export const isColour = (text: unknown): text is Colour => COLOURS.some((colour) => colour === text);

/** Where a rule sends requests: percent by colour. */
export interface Split {
  readonly percent: ByColour<number>;
  /** Target groups that are of neither colour, and get requests. */
  readonly foreign: readonly string[];
}

/**
 * Reads percents off a rule's weights, of which only the ratios count.
 * @param weights by ARN of the target group
 * @param groups the target group of each colour
 */
export function splitOf(weights: Readonly<Record<string, number>>, groups: ByColour<string>): Split {
  const all = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  const percent = (group: string) => (all === 0 ? 0 : Math.round(((weights[group] ?? 0) / all) * 100));
  const foreign = Object.keys(weights).filter(
    (group) => group !== groups.blue && group !== groups.green && (weights[group] ?? 0) > 0,
  );
  return { percent: { blue: percent(groups.blue), green: percent(groups.green) }, foreign };
}

/** The colour that gets all requests; undefined where both get some, or another group does. */
export function soleColour({ percent, foreign }: Split): Colour | undefined {
  if (foreign.length > 0) return undefined;
  return COLOURS.find((colour) => percent[colour] === 100);
}

/** Weights of a rule by target group: `percent` for one colour, the rest for the other. */
export function weightsFor(
  groups: ByColour<string>,
  colour: Colour,
  percent: number,
): Readonly<Record<string, number>> {
  return { [groups[colour]]: percent, [groups[otherColour(colour)]]: 100 - percent };
}

/** Percents by colour: `percent` for one, the rest for the other. */
export const percentsFor = (colour: Colour, percent: number): ByColour<number> =>
  colour === 'blue' ? { blue: percent, green: 100 - percent } : { blue: 100 - percent, green: percent };

export type LiveFinding =
  | { readonly state: 'known'; readonly live: Colour }
  /** The rule says something that no deploy has left. */
  | { readonly state: 'refused'; readonly why: string };

/**
 * Which colour is live before a deploy. The rule says it, and the ledger has to agree.
 * @param recorded the colour that the ledger says is live, where a deploy has been recorded
 * @param begun the colour that was live when a deploy began that goes on now: the rule may be anywhere on its way
 */
export function liveColour(parts: {
  readonly split: Split;
  readonly recorded?: Colour | undefined;
  readonly begun?: Colour | undefined;
}): LiveFinding {
  const { split, recorded, begun } = parts;
  if (split.foreign.length > 0)
    return {
      state: 'refused',
      why: `the rule sends requests to another target group, ${split.foreign.join(', ')}`,
    };
  if (begun !== undefined) return { state: 'known', live: begun };
  const sole = soleColour(split);
  const { blue, green } = split.percent;
  if (sole === undefined)
    return { state: 'refused', why: `the rule sends ${blue} % of requests to blue and ${green} % to green` };
  if (recorded !== undefined && recorded !== sole)
    return {
      state: 'refused',
      why: `the rule sends all requests to ${sole}, and the ledger says that ${recorded} is live`,
    };
  return { state: 'known', live: sole };
}
