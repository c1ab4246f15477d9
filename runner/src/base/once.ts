/**
 * Makes something at its first use and keeps it; a failure is not kept, so that whoever asks again may have more luck.
 */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    if (made !== undefined) return made;
    const fresh = make();
    made = fresh;
    fresh.catch(() => {
      if (made === fresh) made = undefined;
    });
    return fresh;
  };
}
