/** Targets of an environment and what each needs, by name. */
export type TargetNeeds = Readonly<Record<string, readonly string[]>>;

/** What each target needs; those that need nothing have an empty list. */
export const needsOfTargets = (
  targets: Readonly<Record<string, { readonly needs?: readonly string[] | undefined }>>,
): TargetNeeds =>
  Object.fromEntries(Object.entries(targets).map(([name, { needs = [] }]) => [name, needs] as const));

/**
 * Targets that wait for each other.
 * @returns the names on the way round, beginning and ending with the same; undefined where there is no circle
 */
export function circleOf(needs: TargetNeeds): readonly string[] | undefined {
  const clear = new Set<string>();
  const walk = (name: string, path: readonly string[]): readonly string[] | undefined => {
    const start = path.indexOf(name);
    if (start !== -1) return [...path.slice(start), name];
    if (clear.has(name)) return undefined;
    for (const need of needs[name] ?? []) {
      const circle = walk(need, [...path, name]);
      if (circle !== undefined) return circle;
    }
    clear.add(name);
    return undefined;
  };
  for (const name of Object.keys(needs)) {
    const circle = walk(name, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

/**
 * Targets that go back with one: those that need it, directly or through others, and those that move as one with any of
 * them.
 * @param groups names that move as one
 */
export function goingBack(
  failed: readonly string[],
  needs: TargetNeeds,
  groups: readonly (readonly string[])[] = [],
): ReadonlySet<string> {
  const back = new Set<string>(failed);
  for (let size = 0; size < back.size;) {
    size = back.size;
    for (const [name, needed] of Object.entries(needs))
      if (needed.some((one) => back.has(one))) back.add(name);
    for (const group of groups) if (group.some((one) => back.has(one))) group.forEach((one) => back.add(one));
  }
  return back;
}
