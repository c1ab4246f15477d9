import { evaluate, type PolicyDocument, type PolicyRequest } from '../iam/evaluate.js';
import { neededBy, passed } from './authorize.js';
import {
  asking,
  jsonOf,
  refusal,
  type AwsAnswer,
  type AwsRequest,
  type Json,
  type Send,
  type Truth,
} from './exchange.js';

const CALLER = 'arn:aws:sts::000000000000:assumed-role/deploy/test';

/** A caller who may do what some policies allow, and nothing else. */
export interface Guard {
  readonly truth: Truth;
  /** From now on these hold. */
  allow(policies: readonly PolicyDocument[]): void;
  /** What was refused, a line each: `ecs:UpdateService on arn:…`. */
  readonly refused: string[];
  /** Actions that were asked for, and allowed. */
  readonly used: Set<string>;
  /** Requests of which nobody has said what they need. */
  readonly unknown: string[];
}

/** Refuses each request that the policies do not allow on the ARN it is about, as its service words it. */
export function underPolicies(): Guard {
  let policies: readonly PolicyDocument[] = [];
  const refused: string[] = [];
  const used = new Set<string>();
  const unknown: string[] = [];
  return {
    refused,
    used,
    unknown,
    allow: (next) => (policies = next),
    truth: async (request, send) => {
      const needed = neededBy(request);
      if (needed === undefined) unknown.push(`${request.action} ${request.path}`);
      const all = [...(needed ?? []), ...(await rolesPassed(request, send))];
      const wanting = all.find((one) => evaluate(policies, one) !== 'allowed');
      if (wanting === undefined) {
        for (const { action } of all) used.add(action);
        return send(request);
      }
      refused.push(`${wanting.action} on ${wanting.resource} ${JSON.stringify(wanting.context)}`);
      return denial(request, wanting);
    },
  };
}

/** RunTask gives the task the roles that stand in its definition. */
async function rolesPassed(request: AwsRequest, send: Send): Promise<readonly PolicyRequest[]> {
  if (request.action !== 'ECS.RunTask') return [];
  const { taskDefinition } = jsonOf(request);
  const answer = await send(asking(request, 'DescribeTaskDefinition', { taskDefinition }));
  const { taskRoleArn, executionRoleArn } = (jsonOf(answer)['taskDefinition'] ?? {}) as Json;
  return passed([taskRoleArn, executionRoleArn]);
}

function denial(request: AwsRequest, { action, resource }: PolicyRequest): AwsAnswer {
  const why = `because no identity-based policy allows the ${action} action`;
  const message = `User: ${CALLER} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
  if (request.headers['x-amz-target'] !== undefined)
    return refusal(request, 400, 'AccessDeniedException', message);
  if (!request.action.startsWith('EC2.')) return refusal(request, 403, 'AccessDenied', message);
  const words = `You are not authorized to perform this operation. ${message}`;
  return refusal(request, 403, 'UnauthorizedOperation', words);
}
