import { isCondition, type ConditionBlock, type RequestContext } from './conditions.js';
import { isArnLike, isLike, many, type OneOrMany } from './wildcards.js';

/** A statement as IAM reads it: each list may be one text. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: OneOrMany;
  readonly NotAction?: OneOrMany;
  readonly Resource?: OneOrMany;
  readonly NotResource?: OneOrMany;
  readonly Condition?: ConditionBlock;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: PolicyStatement | readonly PolicyStatement[];
}

export interface PolicyRequest {
  /** `service:Action`. */
  readonly action: string;
  /** The ARN of the thing, or `*` where the action has none: only a statement about everything allows that. */
  readonly resource: string;
  readonly context?: RequestContext;
}

export type Decision = 'allowed' | 'denied' | 'explicit-deny';

/**
 * What IAM answers to a request under the policies of one identity: a deny wins, silence is a denial.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate(policies: readonly PolicyDocument[], request: PolicyRequest): Decision {
  const statements = policies.flatMap(({ Statement }) => Statement).filter((one) => isAbout(one, request));
  if (statements.some(({ Effect }) => Effect === 'Deny')) return 'explicit-deny';
  return statements.length === 0 ? 'denied' : 'allowed';
}

/** Whether a statement speaks of a request. */
export function isAbout(statement: PolicyStatement, { action, resource, context }: PolicyRequest): boolean {
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  const isAction = (pattern: string) => isLike(pattern.toLowerCase(), action.toLowerCase());
  const isResource = (pattern: string) => isArnLike(pattern, resource);
  return (
    (Action === undefined ? !many(NotAction).some(isAction) : many(Action).some(isAction)) &&
    (Resource === undefined ? !many(NotResource).some(isResource) : many(Resource).some(isResource)) &&
    isCondition(Condition ?? {}, context ?? {})
  );
}
