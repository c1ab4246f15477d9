import { YAML_WORDS } from './yamlText.js';

/** Long enough for every name that people give, short enough for every name that is made of it. */
const LONGEST = 40;

/** A name as the configuration and AWS take it, from whatever a directory, a service or a repository is called. */
export function starterName(text: string, fallback = 'application'): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (plain === '') return fallback;
  const name = /^[a-z]/.test(plain) && !YAML_WORDS.test(plain) ? plain : `app-${plain}`;
  return name.slice(0, LONGEST).replace(/-+$/, '');
}

/** Makes names unlike each other, in order: the second `api` becomes `api-2`. */
export function uniqueName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) {
    const candidate = `${name.slice(0, LONGEST - String(number).length - 1).replace(/-+$/, '')}-${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
