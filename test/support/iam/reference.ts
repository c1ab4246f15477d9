import { readFileSync } from 'node:fs';
import { arnParts, isLike } from './wildcards.js';

/** What AWS' reference says of one action. */
export interface ActionFacts {
  /** Resource types that it is about, `service:type`; none where it takes no resource. */
  readonly types: readonly { readonly type: string; readonly required: boolean }[];
  readonly conditions: readonly string[];
  /** Actions that who makes it may need too. */
  readonly dependents: readonly string[];
}

/** The facts of `service-authorization.tsv`, which says where they are from. */
export interface Reference {
  readonly actions: ReadonlyMap<string, ActionFacts>;
  /** Forms of ARNs with `*` for each part that varies, by `service:type`. */
  readonly arns: ReadonlyMap<string, string>;
  /** Actions that a name with wildcards stands for. */
  matching(pattern: string): readonly string[];
}

const words = (text: string | undefined) => (text ?? '').split(' ').filter((word) => word !== '');

export function readReference(): Reference {
  const text = readFileSync(new URL('service-authorization.tsv', import.meta.url), 'utf8');
  const actions = new Map<string, ActionFacts>();
  const arns = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [kind, name = '', first, conditions, dependents] = line.split('\t');
    const service = name.split(':')[0] as string;
    if (kind === 'resource') arns.set(name, (first as string).replaceAll(/\$\{[^}]*\}/g, '*'));
    if (kind === 'action')
      actions.set(name, {
        types: words(first).map((word) => ({
          type: `${service}:${word.replace(/\*$/, '')}`,
          required: word.endsWith('*'),
        })),
        conditions: words(conditions),
        dependents: words(dependents),
      });
  }
  return {
    actions,
    arns,
    matching: (pattern) =>
      pattern.includes('*') || pattern.includes('?')
        ? [...actions.keys()].filter((name) => isLike(pattern.toLowerCase(), name.toLowerCase()))
        : actions.has(pattern)
          ? [pattern]
          : [],
  };
}

/** Whether two patterns of ARNs can mean the same: each of the six parts for itself. */
export function overlap(one: string, other: string): boolean {
  const [first, second] = [arnParts(one), arnParts(other)];
  return (
    first.length === second.length && first.every((part, index) => haveCommon(part, second[index] ?? ''))
  );
}

function haveCommon(one: string, other: string): boolean {
  if (one === '' || other === '') return [...one, ...other].every((letter) => letter === '*');
  const [first, second] = [one.charAt(0), other.charAt(0)];
  if (first === '*') return haveCommon(one.slice(1), other) || haveCommon(one, other.slice(1));
  if (second === '*') return haveCommon(one, other.slice(1)) || haveCommon(one.slice(1), other);
  return (first === second || first === '?' || second === '?') && haveCommon(one.slice(1), other.slice(1));
}
