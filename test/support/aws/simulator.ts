import { evaluate, type PolicyDocument } from '../iam/evaluate.js';
import { answered, formOf, jsonOf, listIn, refusal, type AwsAnswer, type Truth } from './exchange.js';

/** A role as the simulator of IAM knows it. */
export interface SimulatedRole {
  readonly policies: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument;
  /** The policies of its organization; everything where left out. */
  readonly organization?: readonly PolicyDocument[];
}

export interface SimulatorOptions {
  /** By ARN. */
  readonly roles: Readonly<Record<string, SimulatedRole>>;
  /** Results a page. */
  readonly size?: number;
  /** One result an action with a part a resource, as since 2026, or one a resource without parts. */
  readonly form?: 'parts' | 'flat';
}

const ANSWER: AwsAnswer = { status: 200, headers: {}, body: Buffer.from('') };
const WORDS = { allowed: 'allowed', denied: 'implicitDeny', 'explicit-deny': 'explicitDeny' } as const;
/** The more restrictive, the later. */
const ORDER = ['allowed', 'implicitDeny', 'explicitDeny'];

/**
 * `SimulatePrincipalPolicy` by the policies of roles: each action on each resource; a resource of another account is denied, as
 * its own policy is not there.
 * Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
export function simulator({ roles, size = 100, form = 'parts' }: SimulatorOptions): Truth {
  return async (request, send) => {
    if (request.action !== 'IAM.SimulatePrincipalPolicy') return send(request);
    const fields = formOf(request);
    const arn = fields.get('PolicySourceArn') ?? '';
    const role = roles[arn];
    if (role === undefined)
      return refusal(request, 404, 'NoSuchEntity', `The role with name ${arn} cannot be found.`);
    const names = listIn(fields, 'ContextEntries', 'ContextKeyName');
    const values = listIn(fields, 'ContextEntries', String.raw`ContextKeyValues\.member\.\d+`);
    const context = Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
    const actions = listIn(fields, 'ActionNames');
    const resources = listIn(fields, 'ResourceArns');
    const all = actions.flatMap((action) => {
      const parts = resources.map((resource) => judge(role, arn, { action, resource, context }));
      return form === 'flat' ? parts.map((part) => flat(action, part)) : [together(action, parts)];
    });
    const from = Number(fields.get('Marker') ?? '0');
    const page = all.slice(from, from + size);
    const more = from + size < all.length;
    return answered(
      { ...ANSWER, headers: { 'content-type': 'text/xml' } },
      `<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult>${[
        `<IsTruncated>${more}</IsTruncated>`,
        more ? `<Marker>${from + size}</Marker>` : '',
        `<EvaluationResults>${page.map((one) => `<member>${one}</member>`).join('')}</EvaluationResults>`,
      ].join('')}</SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>`,
    );
  };
}

interface Part {
  readonly resource: string;
  readonly decision: string;
  readonly missing: readonly string[];
  readonly isBound: boolean | undefined;
  readonly isOrganized: boolean | undefined;
}

function judge(
  { policies, boundary, organization }: SimulatedRole,
  role: string,
  request: {
    readonly action: string;
    readonly resource: string;
    readonly context: Readonly<Record<string, string>>;
  },
): Part {
  const { resource, context } = request;
  const own = WORDS[evaluate(policies, request)];
  const isBound = boundary === undefined ? undefined : evaluate([boundary], request) === 'allowed';
  const isOrganized = organization === undefined ? undefined : evaluate(organization, request) === 'allowed';
  const account = resource.split(':')[4];
  const isForeign = Boolean(account) && account !== role.split(':')[4];
  const isAllowed = own === 'allowed' && isBound !== false && isOrganized !== false && !isForeign;
  const keys = [...policies, ...(boundary === undefined ? [] : [boundary])].flatMap(({ Statement }) =>
    [Statement]
      .flat()
      .flatMap((one) => Object.values(one.Condition ?? {}).flatMap((block) => Object.keys(block))),
  );
  const missing = [...new Set(keys)].filter((key) => !(key in context));
  const decision = own === 'explicitDeny' ? own : isAllowed ? 'allowed' : 'implicitDeny';
  return { resource, decision, missing, isBound, isOrganized };
}

const list = (name: string, items: readonly string[]) =>
  `<${name}>${items.map((one) => `<member>${one}</member>`).join('')}</${name}>`;
const boundaryOf = ({ isBound }: Pick<Part, 'isBound'>) =>
  isBound === undefined
    ? ''
    : `<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>${isBound}</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>`;
const organizationOf = (parts: readonly Part[]) =>
  parts.every(({ isOrganized }) => isOrganized === undefined)
    ? ''
    : `<OrganizationsDecisionDetail><AllowedByOrganizations>${parts.every(({ isOrganized }) => isOrganized)}</AllowedByOrganizations></OrganizationsDecisionDetail>`;

/** One result of an action: the decision of all resources together, whose name is a template, and each of them. */
function together(action: string, parts: readonly Part[]): string {
  const worst = Math.max(...parts.map(({ decision }) => ORDER.indexOf(decision)));
  const missing = [...new Set(parts.flatMap((part) => part.missing))];
  return [
    `<EvalActionName>${action}</EvalActionName>`,
    '<EvalResourceName>arn:${Partition}:template</EvalResourceName>',
    `<EvalDecision>${ORDER[worst]}</EvalDecision>`,
    list('MissingContextValues', missing),
    organizationOf(parts),
    parts.every(({ resource }) => resource === '*')
      ? parts.map(boundaryOf).join('')
      : list(
          'ResourceSpecificResults',
          parts.map(
            (part) =>
              `<EvalResourceName>${part.resource}</EvalResourceName><EvalResourceDecision>${part.decision}</EvalResourceDecision>${list('MissingContextValues', part.missing)}${boundaryOf(part)}`,
          ),
        ),
  ].join('');
}

const flat = (action: string, part: Part): string =>
  [
    `<EvalActionName>${action}</EvalActionName><EvalResourceName>${part.resource}</EvalResourceName>`,
    `<EvalDecision>${part.decision}</EvalDecision>${list('MissingContextValues', part.missing)}`,
    boundaryOf(part) + organizationOf([part]),
  ].join('');

/** Quotas by code, and how much of each is used. */
export interface Quotas {
  /** Those of the account. */
  readonly applied?: Readonly<Record<string, number>>;
  /** Those that AWS gives everybody. */
  readonly defaults?: Readonly<Record<string, number>>;
  /** By class: `Standard/OnDemand`. */
  readonly used: Readonly<Record<string, number | undefined>>;
  /** Whether AWS names the metric that counts it. */
  readonly named?: boolean;
}

/** Service Quotas, and the metrics of what is used. */
export function quotas({ applied = {}, defaults = {}, used, named = true }: Quotas): Truth {
  return async (request, send) => {
    const answer = (body: object) =>
      answered({ ...ANSWER, headers: { 'content-type': 'application/x-amz-json-1.1' } }, { ...body });
    const [service, action] = request.action.split('.');
    if (service === 'ServiceQuotas') {
      const { QuotaCode } = jsonOf(request) as { QuotaCode: string };
      const Value = (action === 'GetServiceQuota' ? applied : defaults)[QuotaCode];
      if (Value === undefined) return refusal(request, 400, 'NoSuchResourceException', 'no such quota');
      const Class = QuotaCode === 'L-3032A538' ? 'Standard/OnDemand' : 'Standard/Spot';
      const MetricDimensions = { Class, Resource: 'vCPU', Service: 'Fargate', Type: 'Resource' };
      const MetricStatisticRecommendation = 'Maximum';
      const metric = { MetricNamespace: 'AWS/Usage', MetricName: 'ResourceCount' };
      const UsageMetric = { ...metric, MetricDimensions, MetricStatisticRecommendation };
      return answer({ Quota: { QuotaCode, Value, ...(named ? { UsageMetric } : {}) } });
    }
    if (action !== 'GetMetricData') return send(request);
    const { MetricDataQueries } = jsonOf(request) as {
      MetricDataQueries: {
        MetricStat: { Metric: { MetricName: string; Dimensions: { Name: string; Value: string }[] } };
      }[];
    };
    const { MetricName, Dimensions = [] } = MetricDataQueries[0]?.MetricStat.Metric ?? {};
    const by = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
    const isCounted =
      MetricName === 'ResourceCount' && by['Service'] === 'Fargate' && by['Resource'] === 'vCPU';
    const value = isCounted && by['Type'] === 'Resource' ? used[by['Class'] ?? ''] : undefined;
    const at = 1_700_000_000;
    return answer({
      MetricDataResults: [
        {
          ...{ Id: 'usage', Label: 'ResourceCount', StatusCode: 'Complete' },
          Timestamps: value === undefined ? [] : [at, at - 300],
          Values: value === undefined ? [] : [value, value + 100],
        },
      ],
    });
  };
}

/** Denies some calls, as their services word it. */
export function denying(actions: RegExp): Truth {
  return async (request, send) => {
    if (!actions.test(request.action)) return send(request);
    const code = request.action.startsWith('IAM.') ? 'AccessDenied' : 'AccessDeniedException';
    return refusal(request, request.action.startsWith('IAM.') ? 403 : 400, code, 'User is not authorized');
  };
}
