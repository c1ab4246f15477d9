import { StackError } from '../../base/errors.js';
import { Template } from '../../base/template.js';

/** Keys by which Ansible's JSON says what a text is. */
const OWN_KEY = /^__ansible_/;

/**
 * A value in JSON as Ansible reads it, which is what every version reads alike: its YAML takes a marked `012` for a
 * number. Text is marked as data, which Ansible never takes for a template, wherever it is used; a Template alone is
 * one. Names are always data to Ansible.
 * @throws StackError CONFIG_INVALID for a name that would say what Ansible is to do with its value
 */
export function ansibleJson(value: unknown): string {
  // Half of a pair of surrogates is no character, and ends Python's encoder.
  return JSON.stringify(marked(value)).replace(/\\(?:\\|ud[89a-f][0-9a-f]{2})/g, (escape) =>
    escape === '\\\\' ? escape : '\\ufffd',
  );
}

/** What the templates in a value name, to be given to Ansible beside it. */
export function valuesIn(value: unknown): Record<string, unknown> {
  if (value instanceof Template) return { ...value.values };
  if (typeof value !== 'object' || value === null) return {};
  return Object.assign({}, ...Object.values(value).map(valuesIn)) as Record<string, unknown>;
}

function marked(value: unknown): unknown {
  if (value instanceof Template) return value.text;
  if (typeof value === 'string') return { __ansible_unsafe: value };
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const own = entries.find(([name]) => OWN_KEY.test(name))?.[0];
  if (own !== undefined) {
    throw new StackError('CONFIG_INVALID', `Ansible does not accept a variable of the name ${own}`, {
      where: own,
      next: 'Rename it in the configuration, or in the Terraform output that it comes from.',
    });
  }
  return Object.fromEntries(entries.map(([name, item]) => [name, marked(item)]));
}
