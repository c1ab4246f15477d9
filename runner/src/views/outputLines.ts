import type { Output, Outputs } from '../domain/outputValues.js';
import { SENSITIVE } from '../infrastructure/rules/planValues.js';

/** Outputs by name, sensitive values masked. */
export function maskOutputs(outputs: Outputs): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { value, sensitive }]) => [name, sensitive ? SENSITIVE : value]),
  );
}

/** Outputs as lines `name = value`, aligned, sensitive values masked. */
export function outputsText(outputs: Outputs): string {
  const width = Math.max(0, ...Object.keys(outputs).map((name) => name.length));
  return Object.entries(outputs)
    .map(([name, output]) => `  ${name.padEnd(width)} = ${valueText(output)}`)
    .join('\n');
}

/** Text as it is, anything else as JSON. */
export function plainText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function valueText({ value, sensitive }: Output): string {
  return sensitive ? SENSITIVE : JSON.stringify(value);
}
