import { StackError } from '../../../../base/errors.js';

/**
 * The subnets that a configuration names, references resolved: a list, or text with commas between them.
 * @throws StackError CONFIG_INVALID where there are none
 */
export function subnetsIn(found: unknown, where: string): readonly string[] {
  const all = (Array.isArray(found) ? found : [found]).flatMap((one: unknown) =>
    Array.isArray(one) ? one.map(String) : String(one).split(/[\s,]+/),
  );
  const subnets = [...new Set(all.filter((one) => one !== ''))];
  if (subnets.length > 0 && subnets.every((one) => one.startsWith('subnet-'))) return subnets;
  throw new StackError('CONFIG_INVALID', `${where} names no subnets`, {
    where,
    evidence: all,
    next: 'Write a list of ids such as subnet-0abc, or an output that is one.',
  });
}
