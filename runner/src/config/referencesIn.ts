/** `${kind:name}`, as it stands in the configuration. */
export const REFERENCE = /\$\{(env|secret-env|ssm|secret|output):([^}]+)\}/g;

/** A text that is one reference and nothing else. */
export const LONE_REFERENCE = /^\$\{(env|secret-env|ssm|secret|output):([^}]+)\}$/;

/** The references inside a value, e.g. to see which secrets a stage will need. */
export function referencesIn(value: unknown): readonly { kind: string; name: string }[] {
  if (typeof value === 'string') {
    return [...value.matchAll(REFERENCE)].map(([, kind, name]) => ({
      kind: kind as string,
      name: name as string,
    }));
  }
  if (value !== null && typeof value === 'object') return Object.values(value).flatMap(referencesIn);
  return [];
}

/** A value inside of a text: maps and lists as JSON. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
