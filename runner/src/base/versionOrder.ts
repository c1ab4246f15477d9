/** Whether a version of numbers and dots is another one or comes after it; `LATEST` and the like come after all. */
export function newerOrSame(version: string, than: string): boolean {
  const parts = (text: string) => text.split('.').map(Number);
  const [own, other] = [parts(version), parts(than)];
  if (own.some(Number.isNaN)) return true;
  for (const [at, number] of other.entries()) {
    const mine = own[at] ?? 0;
    if (mine !== number) return mine > number;
  }
  return true;
}

/** Compares `1.11.4` and the like by their first three numbers. */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number));
  for (let index = 0; index < 3; index++) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
