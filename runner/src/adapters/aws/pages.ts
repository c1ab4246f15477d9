/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[] | undefined;
  /** Where the next page begins; undefined or empty at the end. */
  readonly next: string | undefined;
}

/**
 * All items of a list, page by page. AWS may return an empty page before the end: only the token marks the
 * end. A token that does not change is the end too; otherwise the loop would never finish.
 *
 * @param ask gets the page at a token; the first one without a token
 * @param enough the number of items that is enough; by default all
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
