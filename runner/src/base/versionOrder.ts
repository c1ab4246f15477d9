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
