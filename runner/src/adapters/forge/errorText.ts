const LONGEST = 300;

/**
 * Why something was refused, in the forge's words and on one line. GitHub: `message`, and `errors` of texts or objects;
 * GitLab: `message`, a text or a map of fields to texts, or `error`.
 */
export function errorTextOf(body: unknown): string | undefined {
  const { message, error, errors } = fields(body);
  const parts = [message ?? error, ...(Array.isArray(errors) ? (errors as unknown[]) : [])].map(wordsOf);
  const text = parts.filter((part) => part !== '').join('; ');
  return text === '' ? undefined : text.replace(/\s+/g, ' ').slice(0, LONGEST);
}

function wordsOf(part: unknown): string {
  if (typeof part === 'string') return part;
  if (part === undefined || part === null) return '';
  const { message, code } = fields(part);
  const words = message ?? code;
  return typeof words === 'string' ? words : JSON.stringify(part);
}

const fields = (value: unknown) => (value ?? {}) as Readonly<Record<string, unknown>>;
