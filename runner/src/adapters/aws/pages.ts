/** What one answer holds of a list. */
export interface Page<Item> {
  readonly items: readonly Item[] | undefined;
  /** Where the next page begins; undefined or empty at the end. */
  readonly next: string | undefined;
}

/**
 * All that a call lists, page after page. AWS may answer an empty page though more follow: only the token tells the
 * end. A token that comes back as it was sent is the end too, else nobody would ever get there.
 *
 * @param ask asks for the page at a token, for the first without one
 * @param enough so many are enough; all of them where left out
 */
export async function everyPage<Item>(
  ask: (token: string | undefined, found: number) => Promise<Page<Item>>,
  enough = Infinity,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  let token: string | undefined;
  do {
    const { items, next } = await ask(token, found.length);
    found.push(...(items ?? []));
    token = next === token ? undefined : next || undefined;
  } while (token !== undefined && found.length < enough);
  return found;
}
