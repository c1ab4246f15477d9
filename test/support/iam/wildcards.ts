/** IAM takes one text for a list of one. */
export type OneOrMany = string | readonly string[];

export function many(value: OneOrMany | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/** `*` stands for any text, `?` for one character. */
export function isLike(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

/** Each of the six parts of an ARN by itself: a wildcard does not reach over the colon that ends its part. */
export function isArnLike(pattern: string, arn: string): boolean {
  if (pattern === '*' || arn === '*') return pattern === '*';
  const [patterns, parts] = [arnParts(pattern), arnParts(arn)];
  return patterns.length === parts.length && patterns.every((one, index) => isLike(one, parts[index] ?? ''));
}

/** The six parts of an ARN; a resource may hold more colons. */
export function arnParts(arn: string): readonly string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(':')] : [])];
}
