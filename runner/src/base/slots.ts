/**
 * Lets so many pieces of work go on side by side; the others wait for their turn, in order.
 * @param count at least 1
 * @returns runs a piece of work in its turn, and gives back what that gave back
 */
export function slots(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Handed on, not given back: nobody who comes now goes before those who wait.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
