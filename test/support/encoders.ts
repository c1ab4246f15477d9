/** How programs write a text that they print inside of another: one function an encoding, named as it is known. */
const utf8 = (text: string) => [...Buffer.from(text, 'utf8')];
const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0');
const each = (text: string, encode: (character: string) => string) =>
  Array.from({ length: text.length }, (_, index) => encode(text[index] as string)).join('');
const special = (character: string) => !/[A-Za-z0-9]/.test(character);
const percent = (text: string, all = false) =>
  utf8(text)
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return byte < 128 && !special(character) && !all ? character : `%${hex(byte, 2)}`;
    })
    .join('');

export const encoders: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  JSON: (text) => JSON.stringify(text),
  'JSON in JSON': (text) => JSON.stringify(JSON.stringify({ token: text })),
  'JSON in JSON in JSON': (text) => JSON.stringify(JSON.stringify(JSON.stringify([text]))),
  'JSON of ASCII alone': (text) =>
    `"${each(text, (c) => (special(c) ? `\\u${hex(c.charCodeAt(0), 4)}` : c))}"`,
  'JSON as PHP writes it': (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  'a URL': (text) => encodeURIComponent(text),
  'a URL in lower case': (text) => percent(text),
  'a URL, every byte': (text) => percent(text, true),
  'a URL in a URL': (text) => encodeURIComponent(encodeURIComponent(text)),
  'a form': (text) => new URLSearchParams({ p: text }).toString(),
  'HTML by name': (text) =>
    each(text, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' })[c] ?? c),
  'HTML in decimal': (text) => [...text].map((c) => (special(c) ? `&#${c.codePointAt(0)};` : c)).join(''),
  'HTML in hexadecimal': (text) =>
    [...text].map((c) => (special(c) ? `&#x${hex(c.codePointAt(0) as number, 2)};` : c)).join(''),
  'HTML in HTML': (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('&', '&amp;'),
  "the shell, '…'": (text) => `'${text.replaceAll("'", "'\\''")}'`,
  'the shell as Python quotes': (text) => `'${text.replaceAll("'", `'"'"'`)}'`,
  'the shell, "…"': (text) => `"${text.replace(/["\\$`]/g, '\\$&')}"`,
  'the shell, backslashes': (text) => text.replace(/[^A-Za-z0-9]/gu, '\\$&'),
  "the shell, $'…'": (text) =>
    `$'${text.replace(/['\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}'`,
  "YAML, '…'": (text) => `'${text.replaceAll("'", "''")}'`,
  HCL: (text) => `"${text.replace(/["\\]/g, '\\$&').replaceAll('${', '$${').replaceAll('%{', '%%{')}"`,
  CSV: (text) => `"${text.replaceAll('"', '""')}"`,
  'bytes in hex escapes': (text) =>
    utf8(text)
      .map((b) => (b > 126 || b < 32 || b === 92 ? `\\x${hex(b, 2)}` : String.fromCharCode(b)))
      .join(''),
  'bytes in octal escapes': (text) =>
    utf8(text)
      .map((b) =>
        b > 126 || b < 32 || b === 92 ? `\\${b.toString(8).padStart(3, '0')}` : String.fromCharCode(b),
      )
      .join(''),
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'base64 after one byte': (text) => Buffer.from(`:${text}:`).toString('base64'),
  'base64 after two bytes': (text) => Buffer.from(`u:${text}`).toString('base64'),
  'base64url after one byte': (text) => Buffer.from(`-${text}-`).toString('base64url'),
  'base64 of base64': (text) => Buffer.from(Buffer.from(text).toString('base64')).toString('base64'),
  'base64 of base64 inside more': (text) =>
    Buffer.from(`x${Buffer.from(`ab${text}c`).toString('base64')}`).toString('base64'),
  'base64 of JSON': (text) => Buffer.from(JSON.stringify({ auth: text })).toString('base64'),
  'base64 in a URL': (text) => encodeURIComponent(Buffer.from(`user:${text}`).toString('base64')),
  hexadecimal: (text) => Buffer.from(text).toString('hex'),
  'hexadecimal in capitals': (text) => Buffer.from(text).toString('hex').toUpperCase(),
};
