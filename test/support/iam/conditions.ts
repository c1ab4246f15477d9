import { isArnLike, isLike, many, type OneOrMany } from './wildcards.js';

/** Operator to key to values. */
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, OneOrMany>>>>;

/** What a request says of itself, by condition key; the case of keys does not count. */
export type RequestContext = Readonly<Record<string, OneOrMany>>;

type Compare = (expected: string, found: string) => boolean;

const COMPARE: Readonly<Record<string, Compare>> = {
  StringEquals: (expected, found) => expected === found,
  StringEqualsIgnoreCase: (expected, found) => expected.toLowerCase() === found.toLowerCase(),
  StringLike: isLike,
  ArnEquals: isArnLike,
  ArnLike: isArnLike,
  Bool: (expected, found) => expected.toLowerCase() === found.toLowerCase(),
  NumericEquals: (expected, found) => Number(expected) === Number(found),
  NumericLessThan: (expected, found) => Number(found) < Number(expected),
  NumericLessThanEquals: (expected, found) => Number(found) <= Number(expected),
  NumericGreaterThan: (expected, found) => Number(found) > Number(expected),
  NumericGreaterThanEquals: (expected, found) => Number(found) >= Number(expected),
};
const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
};

/**
 * Whether a request meets every condition of a statement.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function isCondition(block: ConditionBlock, context: RequestContext): boolean {
  const found = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), many(value)]));
  return Object.entries(block).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) =>
      isMet(operator, many(expected), found.get(key.toLowerCase())),
    ),
  );
}

function isMet(operator: string, expected: readonly string[], found: readonly string[] | undefined): boolean {
  const { quantifier, name, ifExists } = operatorParts(operator);
  if (name === 'Null') return (found === undefined) === (expected[0] === 'true');
  const negated = NEGATED[name];
  const compare = COMPARE[negated ?? name];
  if (compare === undefined) throw new Error(`no condition operator that is known here: ${operator}`);
  if (found === undefined && ifExists) return true;
  // A key that is absent is not equal to anything.
  const values = found ?? [];
  const isOne = (value: string) => expected.some((one) => compare(one, value));
  const holds = negated === undefined ? isOne : (value: string) => !isOne(value);
  if (quantifier === 'ForAllValues') return values.every(holds);
  if (quantifier === 'ForAnyValue' || negated === undefined) return values.some(holds);
  return values.every(holds);
}

function operatorParts(operator: string) {
  const [, quantifier, name = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(.+?)(IfExists)?$/.exec(operator) ?? [];
  return { quantifier, name, ifExists: ifExists !== undefined };
}
