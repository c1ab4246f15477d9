import type { EvaluationResult } from '@aws-sdk/client-iam';
import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

/** Each action is tried on each resource, in a request with these keys. */
export interface Simulation {
  readonly actions: readonly string[];
  /** ARNs, or `*` alone for actions that are on no resource. */
  readonly resources: readonly string[];
  /** Values of the request that conditions may ask for, such as `aws:RequestedRegion`. */
  readonly context: Readonly<Record<string, string>>;
}

/** What IAM says of one action on one resource. */
export interface Decision {
  readonly verdict: 'allowed' | 'implicitDeny' | 'explicitDeny';
  /** Keys that conditions ask for and that the simulation did not have. */
  readonly missing: readonly string[];
  /** What denies it beside the policies of the role, where AWS says so. */
  readonly limit?: 'boundary' | 'organization';
}

/** Decisions by action and resource, as `decisionKey` makes it; what AWS said nothing of is missing. */
export type Decisions = ReadonlyMap<string, Decision>;

export const decisionKey = ({
  action,
  resource,
}: {
  readonly action: string;
  readonly resource: string;
}): string => `${action} ${resource}`;

/** A request is a form, whose length is bounded. */
const RESOURCES = 50;
/** What is looked at before a deploy must not hold it up. */
const EVIDENCE_MS = 10_000;

/**
 * Asks IAM what the policies of a role allow, those of its boundary and its organization included; nothing is done. Policies of the resources are
 * not looked at.
 * @param role ARN
 * @throws StackError AWS_*; AWS_REFUSED, for the reason NoSuchEntityException, where there is no such role
 */
export async function simulateRole(
  aws: AwsClients,
  role: string,
  simulations: readonly Simulation[],
  signal: AbortSignal,
): Promise<Decisions> {
  const found = new Map<string, Decision>();
  const parts = simulations.flatMap(({ resources, ...rest }) =>
    Array.from({ length: Math.ceil(resources.length / RESOURCES) }, (_, index) => ({
      ...rest,
      resources: resources.slice(index * RESOURCES, (index + 1) * RESOURCES),
    })),
  );
  await Promise.all(
    parts.map(async (part) => {
      for (const result of await simulate(aws, role, part, signal)) {
        for (const [resource, decision] of decisionsOf(result, part.resources)) {
          const key = decisionKey({ action: result.EvalActionName ?? '', resource });
          // Where it is told more than once, what denies counts.
          if (found.get(key) === undefined || decision.verdict !== 'allowed') found.set(key, decision);
        }
      }
    }),
  );
  return found;
}

async function simulate(
  aws: AwsClients,
  role: string,
  { actions, resources, context }: Simulation,
  signal: AbortSignal,
): Promise<readonly EvaluationResult[]> {
  const { SimulatePrincipalPolicyCommand } = await sdk.iam();
  const client = await aws.iam();
  const what = {
    action: 'iam:SimulatePrincipalPolicy',
    resource: role,
    patienceMs: EVIDENCE_MS,
    signal,
  };
  const keys = [
    { ContextKeyName: 'aws:SecureTransport', ContextKeyType: 'boolean' as const, ContextKeyValues: ['true'] },
    ...Object.entries(context).map(([ContextKeyName, value]) => ({
      ContextKeyName,
      ContextKeyType: 'string' as const,
      ContextKeyValues: [value],
    })),
  ];
  return everyPage(async (Marker) => {
    const command = new SimulatePrincipalPolicyCommand({
      PolicySourceArn: role,
      ActionNames: [...actions],
      ResourceArns: [...resources],
      ContextEntries: keys,
      ...(Marker && { Marker }),
    });
    const answer = await aws.call(client, command, what);
    return {
      items: answer.EvaluationResults,
      next: answer.IsTruncated === true ? answer.Marker : undefined,
    };
  });
}

/**
 * The decision on each resource. A result is about an action: its own decision is that on all resources together, and
 * its resource may be a template. Once there was one a resource, without parts.
 * Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
 */
function decisionsOf(
  result: EvaluationResult,
  resources: readonly string[],
): readonly (readonly [resource: string, decision: Decision])[] {
  const parts =
    result.ResourceSpecificResults === undefined || result.ResourceSpecificResults.length === 0
      ? [{ ...result, EvalResourceDecision: result.EvalDecision }]
      : result.ResourceSpecificResults;
  const byOrganization = result.OrganizationsDecisionDetail?.AllowedByOrganizations === false;
  const [only] = resources;
  return parts.flatMap((part) => {
    const verdict = part.EvalResourceDecision;
    const resource = resources.length === 1 ? only : part.EvalResourceName;
    if (verdict === undefined || resource === undefined || !resources.includes(resource)) return [];
    const boundary = part.PermissionsBoundaryDecisionDetail ?? result.PermissionsBoundaryDecisionDetail;
    const limit = byOrganization
      ? { limit: 'organization' as const }
      : boundary?.AllowedByPermissionsBoundary === false
        ? { limit: 'boundary' as const }
        : {};
    const missing = part.MissingContextValues ?? result.MissingContextValues ?? [];
    return [[resource, { verdict, missing, ...(verdict === 'allowed' ? {} : limit) }] as const];
  });
}
