/** Text that YAML reads back as itself without quotes, and as nothing else (a number, a boolean, a date). */
const PLAIN = /^(?:[A-Za-z_/][\w./-]*|\.{1,2}(?:\/[\w./-]*)?)$/;
/** Words that YAML, or one of its readers, takes for something else than text. */
export const YAML_WORDS = /^(?:true|false|yes|no|on|off|null|y|n)$/i;

/** A text as a YAML value or key, quoted where it has to be. */
export function yamlText(value: string): string {
  if (PLAIN.test(value) && !YAML_WORDS.test(value)) return value;
  // Only double quotes can hold what does not stand in a line.
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(value)) return JSON.stringify(value);
  return `'${value.replaceAll("'", "''")}'`;
}

/** The same for the configuration, where `${` would begin a reference. */
export const configText = (value: string): string => yamlText(value.replaceAll('${', () => '$${'));

/** `[a, b]` on one line. */
export const yamlList = (values: readonly string[]): string =>
  `[${values.map((value) => (/[,[\]{}]/.test(value) ? quoted(value) : configText(value))).join(', ')}]`;

const quoted = (value: string): string => `'${value.replaceAll("'", "''").replaceAll('${', () => '$${')}'`;

/** Text for a comment: one line. */
export const yamlComment = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
