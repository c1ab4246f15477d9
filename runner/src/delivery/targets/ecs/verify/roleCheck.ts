import { decisionKey, type Decision, type Decisions } from '../../../../adapters/aws/iam.js';
import type { TaskDefinition } from '../../../../adapters/aws/ecs.js';
import { accountOfRole } from '../../../../domain/awsRole.js';
import type { Finding } from '../../../../domain/finding.js';
import { isAlias, simulationsOf, type Need } from './roleNeeds.js';
import { secretsOf } from './secretsCheck.js';

/** What is known of an execution role and of what it has to do. */
export interface RoleToJudge {
  /** ARN */
  readonly role: string;
  readonly needs: readonly Need[];
  /** What was needed to start what runs now, by `decisionKey`. */
  readonly proven: ReadonlySet<string>;
  /** What IAM says; undefined where it could not be asked. */
  readonly decisions: Decisions | undefined;
  /** Why it could not be asked. */
  readonly why?: string;
}

/** A service without an execution role. */
export function noRoleFinding(definition: TaskDefinition, region: string, isFargate: boolean): Finding {
  const hasSecrets = secretsOf(definition, region).length > 0;
  const needs = [...(hasSecrets ? ['secrets'] : []), ...(isFargate ? ['private images and logs'] : [])];
  return needs.length === 0
    ? { status: 'skipped', found: 'none is set, and none is needed' }
    : {
        status: hasSecrets ? 'failed' : 'warning',
        found: `none is set: ${needs.join(', ')} cannot be had without one`,
        next: 'Set execution_role_arn of the task definition.',
      };
}

/**
 * The execution role pulls the image, reads the secrets and writes the logs. IAM says whether its policies allow that. What runs now was
 * started by it: that counts where IAM cannot tell, and speaks for a policy of the resource where those of the role allow nothing.
 */
export function roleFinding({ role, needs, proven, decisions, why }: RoleToJudge): Finding {
  const name = nameOf(role);
  const judged = needs.map((need) => {
    const decision = decisions?.get(decisionKey(need));
    return { need, decision, verdict: verdictOf(need, decision, proven.has(decisionKey(need)), role) };
  });
  const of = (verdict: Verdict) => judged.filter((one) => one.verdict === verdict);
  const denied = of('denied');
  if (denied.length > 0)
    return {
      status: 'failed',
      found: `${name} may not ${wordsOf(denied)}`,
      next: remedies(name, denied).join(' '),
    };
  const unknown = of('unknown');
  if (unknown.length > 0) return unknownFinding(role, unknown, why);
  const contradicted = of('contradicted');
  if (contradicted.length > 0)
    return {
      status: 'warning',
      found: `${name}: none of its policies allows ${wordsOf(contradicted)}; what runs was started by it, so a policy there does, or one was taken away since`,
      next: remedies(name, contradicted).join(' '),
    };
  if (needs.length === 0) return { status: 'ok', found: `${name}: nothing is asked of it` };
  if (decisions === undefined) return { status: 'ok', found: `${name}: what runs was started by it` };
  const purposes = [...new Set(needs.map(({ purpose }) => purpose))];
  return { status: 'ok', found: `${name}: IAM allows it to ${purposes.join(', ')}` };
}

type Verdict = 'allowed' | 'denied' | 'contradicted' | 'unknown';
interface Judged {
  readonly need: Need;
  readonly decision: Decision | undefined;
}

function verdictOf(need: Need, decision: Decision | undefined, isProven: boolean, role: string): Verdict {
  if (decision?.verdict === 'allowed') return 'allowed';
  const doubt = doubtOf(need, decision, role);
  if (doubt !== undefined) return isProven ? 'allowed' : 'unknown';
  // A policy of the resource may allow what those of the role do not, and none of them what one forbids.
  return isProven && decision?.verdict === 'implicitDeny' && decision.limit === undefined
    ? 'contradicted'
    : 'denied';
}

/** Why a denial of the simulator is not that of IAM; undefined where it is. */
function doubtOf(need: Need, decision: Decision | undefined, role: string): string | undefined {
  if (isAlias(need)) return 'only KMS tells which key the alias is';
  if (decision === undefined) return 'IAM did not tell';
  // It knows the conditions of an organization's policies badly: https://github.com/aws/aws-cli/issues/10525
  if (decision.limit === 'organization') return 'a policy of the organization may forbid it';
  if (decision.missing.length > 0)
    return `it depends on ${decision.missing.join(', ')}, which IAM was not told`;
  // The policies there have to allow it too, and the simulator does not have them.
  const account = need.resource.split(':')[4];
  const isForeign = Boolean(account) && account !== accountOfRole(role);
  return isForeign && decision.verdict === 'implicitDeny' ? `account ${account} decides it too` : undefined;
}

function unknownFinding(role: string, unknown: readonly Judged[], why: string | undefined): Finding {
  const doubts = unknown.flatMap(({ need, decision }) => doubtOf(need, decision, role) ?? []);
  const reason = why ?? [...new Set(doubts)].join('; ');
  const needs = unknown.map(({ need }) => need);
  const aliases = needs.filter(isAlias).map(({ resource }) => {
    const region = resource.split(':')[3];
    return `aws kms describe-key --region ${region} --key-id ${resource}`;
  });
  const simulations = simulationsOf(needs).map(
    ({ actions, resources }) =>
      `aws iam simulate-principal-policy --policy-source-arn ${role} --action-names ${actions.join(' ')} --resource-arns ${resources.map((one) => (one === '*' ? `'*'` : one)).join(' ')}`,
  );
  return {
    status: 'unverified',
    found: `${nameOf(role)}: whether it may ${wordsOf(unknown)} is not known (${reason})`,
    next: [...simulations, ...aliases].join('; '),
  };
}

/** `ecr:BatchGetImage, ecr:… on arn:…; …` */
function wordsOf(judged: readonly Judged[]): string {
  const on = new Map<string, string[]>();
  for (const { need, decision } of judged) {
    const how = decision?.verdict === 'explicitDeny' ? ' (denied explicitly)' : '';
    on.set(need.resource, [...(on.get(need.resource) ?? []), `${need.action}${how}`]);
  }
  return [...on]
    .map(([resource, actions]) =>
      resource === '*' ? actions.join(', ') : `${actions.join(', ')} on ${resource}`,
    )
    .join('; ');
}

/** What to change where: one sentence each. */
function remedies(name: string, judged: readonly Judged[]): readonly string[] {
  const isForbidden = ({ decision }: Judged) => decision?.verdict === 'explicitDeny';
  const isBound = (one: Judged) => !isForbidden(one) && one.decision?.limit === 'boundary';
  const forbidden = judged.filter(isForbidden);
  const bound = judged.filter(isBound);
  const open = judged.filter((one) => !isForbidden(one) && !isBound(one));
  return [
    ...(open.length === 0 ? [] : [`Add to the policy of ${name}: ${statements(open)}`]),
    ...(bound.length === 0 ? [] : [`Add to the permissions boundary of ${name}: ${statements(bound)}`]),
    ...(forbidden.length === 0
      ? []
      : [`Take what denies ${wordsOf(forbidden)} out of the policies of ${name}.`]),
  ];
}

/** Statements of a policy that allow what is needed. */
function statements(judged: readonly Judged[]): string {
  const needs = judged.map(({ need }) => ({ ...need, resource: need.grant, context: {} }));
  return simulationsOf(needs)
    .map(({ actions, resources }) =>
      JSON.stringify({ Effect: 'Allow', Action: actions, Resource: resources }),
    )
    .join(', ');
}

export const nameOf = (role: string): string => role.slice(role.lastIndexOf('/') + 1);
