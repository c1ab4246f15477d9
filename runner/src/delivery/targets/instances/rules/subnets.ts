import { StackError } from '../../../../base/errors.js';

/**
 * The subnets that a configuration names, references resolved: a list, a map by zone, or text with commas between them.
 * @throws StackError CONFIG_INVALID where there are none
 */
export function subnetsIn(found: unknown, where: string): readonly string[] {
  const all = namesIn(found);
  const subnets = [...new Set(all.filter((one) => one !== ''))];
  if (subnets.length > 0 && subnets.every((one) => one.startsWith('subnet-'))) return subnets;
  throw new StackError('CONFIG_INVALID', `${where} names no subnets`, {
    where,
    evidence: all,
    next: 'Write a list of ids such as subnet-0abc, or an output that is a list or a map of them.',
  });
}

/** All texts in lists and maps, however deep. */
const namesIn = (value: unknown): readonly string[] =>
  value !== null && typeof value === 'object'
    ? Object.values(value).flatMap(namesIn)
    : String(value).split(/[\s,]+/);
