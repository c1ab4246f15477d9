import { POLICY_LIMIT, policySize, type PolicyDocument, type Statement } from './policyDocument.js';

/** Managed policies that IAM attaches to one role, where nobody asked AWS for more. */
export const ROLE_LIMIT = 10;

/**
 * A policy as several that IAM takes, each as full as it gets; the one itself where it fits.
 * @param limit characters of each
 */
export function partsOf(policy: PolicyDocument, limit = POLICY_LIMIT): readonly PolicyDocument[] {
  const of = (Statement: readonly Statement[]): PolicyDocument => ({ Version: policy.Version, Statement });
  const fits = (statements: readonly Statement[]) => policySize(of(statements)) <= limit;
  const small = policy.Statement.flatMap((statement) => inHalves(statement, (one) => fits([one])));
  const parts: Statement[][] = [];
  for (const statement of small) {
    const open = parts.find((part) => fits([...part, statement]));
    if (open === undefined) parts.push([statement]);
    else open.push(statement);
  }
  return parts.map(of);
}

/** A statement as several, with its resources and then its actions divided, until each fits. */
function inHalves(statement: Statement, fits: (one: Statement) => boolean): readonly Statement[] {
  const { Sid, Action, Resource } = statement;
  const list = Resource.length > 1 ? Resource : Action;
  if (fits(statement) || list.length < 2) return [statement];
  const middle = Math.ceil(list.length / 2);
  return [list.slice(0, middle), list.slice(middle)].flatMap((half, index) =>
    inHalves(
      {
        ...statement,
        Sid: `${Sid}${'AB'.charAt(index)}`,
        ...(list === Resource ? { Resource: half } : { Action: half }),
      },
      fits,
    ),
  );
}
