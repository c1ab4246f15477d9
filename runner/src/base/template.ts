import { createHash } from 'node:crypto';

/**
 * Text for Ansible that its author, and nobody else, wrote: it may be a template. All other text is data, and Ansible
 * is told so. What came from outside stands in it by the name of a variable that holds it.
 */
export class Template {
  /**
   * @param text as Ansible reads it
   * @param values variables that it names, by name; data, never templates
   * @param plain the same text with the values in their places: what it is told from others by
   */
  constructor(
    readonly text: string,
    readonly values: Readonly<Record<string, unknown>> = {},
    readonly plain: string = text,
  ) {}

  toJSON(): string {
    return this.plain;
  }
}

/** What begins a template in Jinja. */
const BEGIN = /\{[{%#]/;

/** True where Ansible would take a text for a template if nobody told it otherwise. */
export const looksLikeTemplate = (text: string): boolean => BEGIN.test(text);

/** Name of the variable that holds a value from outside; the same for the same source. */
export function valueName(source: string): string {
  return `automation_stack_value_${createHash('sha256').update(source).digest('hex').slice(0, 12)}`;
}

/**
 * A text of the configuration that holds references: they are data, whatever stands around them.
 * @param pattern finds the references, global
 * @param valueOf the value of one, by the whole reference as it stands there
 * @returns text where nothing of it is a template
 * @throws RangeError with the reference that stands in the middle of an expression, where only a quoted whole can
 */
export function templateWith(
  text: string,
  pattern: RegExp,
  valueOf: (reference: string) => unknown,
): Template | string {
  const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const plain = text.replace(pattern, (reference) => asText(valueOf(reference)));
  if (!looksLikeTemplate(text.replace(pattern, ''))) return plain;
  const values: Record<string, unknown> = {};
  let written = '';
  let at = 0;
  for (const { 0: reference, index } of text.matchAll(pattern)) {
    const name = valueName(reference);
    values[name] = valueOf(reference);
    written += text.slice(at, index);
    at = index + reference.length;
    if (!isInside(written)) written += `{{ ${name} }}`;
    else {
      const quote = text[index - 1];
      if ((quote !== "'" && quote !== '"') || text[at] !== quote) throw new RangeError(reference);
      written = written.slice(0, -1) + name;
      at += 1;
    }
  }
  return new Template(written + text.slice(at), values, plain);
}

/** Whether a text ends within an expression or a statement of Jinja. */
function isInside(text: string): boolean {
  return text.lastIndexOf('{{') > text.lastIndexOf('}}') || text.lastIndexOf('{%') > text.lastIndexOf('%}');
}
