/** A value of Terraform's language, `raw` as it stands. */
export type HclValue =
  | string
  | number
  | boolean
  | readonly HclValue[]
  | { readonly raw: string }
  | { readonly object: Readonly<Record<string, string>> };

export const raw = (text: string): HclValue => ({ raw: text });

/** A text that Terraform reads back as it is, without templates. */
export function hclText(text: string): string {
  return JSON.stringify(text)
    .replaceAll('${', () => '$${')
    .replaceAll('%{', () => '%%{');
}

function valueText(value: HclValue): string {
  if (typeof value === 'string') return hclText(value);
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`;
  if (isList(value)) return `[${value.map(valueText).join(', ')}]`;
  if ('raw' in value) return value.raw;
  const entries = Object.entries(value.object).map(([key, one]) => `${hclText(key)} = ${hclText(one)}`);
  return `{ ${entries.join(', ')} }`;
}

const isList = (value: HclValue): value is readonly HclValue[] => Array.isArray(value);

/** Attributes one below the other, as `terraform fmt` writes them. */
function attributeLines(attributes: readonly (readonly [string, HclValue])[]): readonly string[] {
  const width = Math.max(...attributes.map(([name]) => name.length));
  return attributes.map(([name, value]) => `${name.padEnd(width)} = ${valueText(value)}`);
}

/**
 * A block with its attributes first.
 * @param head `resource "aws_lb" "main"`
 */
export function block(
  head: string,
  attributes: Readonly<Record<string, HclValue | undefined>>,
  ...blocks: readonly (readonly string[])[]
): readonly string[] {
  const set = Object.entries(attributes).flatMap(([name, value]): readonly (readonly [string, HclValue])[] =>
    value === undefined ? [] : [[name, value]],
  );
  const parts = [
    ...(set.length === 0 ? [] : [attributeLines(set)]),
    ...blocks.filter((lines) => lines.length > 0),
  ];
  const lines = parts.flatMap((part, index) => (index === 0 ? part : ['', ...part]));
  return [`${head} {`, ...lines.map((line) => (line === '' ? '' : `  ${line}`)), '}'];
}
