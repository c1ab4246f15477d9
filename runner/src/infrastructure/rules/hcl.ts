/**
 * A value as an expression of HCL: JSON, but that HCL knows fewer escapes and reads `${` and `%{` in a text as the
 * beginning of a template. Written by their code points they are what they look like.
 */
export function hclExpression(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('${', '\\u0024{')
    .replaceAll('%{', '\\u0025{')
    .replace(/\\(?:\\|b|f|ud[89a-f][0-9a-f]{2})/g, (escape) =>
      escape === '\\\\' ? escape : escapes(escape),
    );
}

/** Half of a pair of surrogates is no character. */
const escapes = (escape: string) => ({ '\\b': '\\u0008', '\\f': '\\u000c' })[escape] ?? '\\ufffd';

/** The same of a text. */
export const hclText = (text: string): string => hclExpression(text);
