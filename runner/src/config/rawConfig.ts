/**
 * A plain scalar that YAML reads as something else than text: `3.10`, `012345678901`, `0x1F`, `12e5`, `true`. What is
 * meant by it only its place tells: text stays as it was typed, a number is one where a number belongs.
 */
export class RawConfig {
  constructor(
    /** As it stands in the file. */
    readonly text: string,
    /** As YAML reads it. */
    readonly value: unknown,
  ) {}

  /** A number in plain digits, as counts and ports are written: no octal, hexadecimal, exponent or leading zero. */
  get isPlainNumber(): boolean {
    return typeof this.value === 'number' && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(this.text);
  }
}

/**
 * What a value means where anything may stand (variables of Ansible and Terraform): a number is a number where it reads
 * the same when it is written again. `3.10`, `0644` and `12345678901234567890` would not: they stay text.
 */
export function settled(value: unknown): unknown {
  if (value instanceof RawConfig) {
    if (typeof value.value === 'boolean') return value.value;
    return typeof value.value === 'number' && String(value.value) === value.text ? value.value : value.text;
  }
  if (Array.isArray(value)) return value.map(settled);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, settled(item)]));
  return value;
}
