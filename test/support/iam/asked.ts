import { arnOf, type ArnScope } from '../../../runner/src/iam/rules/arn.js';
import { actionsIn } from '../../../runner/src/iam/rules/terraform/grants.js';
import { terraformTypes } from '../../../runner/src/iam/rules/terraform/types.js';
import type { Planned } from '../../../runner/src/iam/rules/terraform/resource.js';
import { behind, found, never, type Behind } from './behind.js';
import type { PolicyRequest } from './evaluate.js';
import { FAMILIES } from './fits.js';
import { nameOf, realArn } from './realArns.js';
import { overlap, type ActionFacts, type Reference } from './reference.js';

/** A request that AWS will be asked, and for what. */
export interface Asked extends PolicyRequest {
  readonly of: string;
}

const PHASES = ['read', 'create', 'change', 'delete'] as const;

/** All that is asked to make, change and delete one resource, or to look at a data source, on the ARNs that it will have. */
export function askedOf(
  place: ArnScope,
  resource: Planned,
  all: readonly Planned[],
  reference: Reference,
): readonly Asked[] {
  const row = terraformTypes[resource.type];
  if (row === undefined) return [{ of: resource.type, action: 'nobody:knows', resource: '*' }];
  const phases = resource.mayChange ? PHASES : (['read'] as const);
  const parts = [row, ...(row.also ?? []).filter(({ attaches }) => attaches !== undefined)];
  const named = parts.flatMap((part) => [
    ...phases.flatMap((phase) => actionsIn(part[phase])),
    ...(resource.mode === 'managed' ? actionsIn(part.tags) : []),
  ]);
  const open = parts.flatMap((part) => phases.flatMap((phase) => actionsIn(part.anywhere?.[phase])));
  const forms = parts
    .flatMap(({ arns }) => arns ?? [])
    .map((form) => arnOf(place, form.replace(/^role:/, 'iam::A:role/')));
  const own = [...new Set(named)].flatMap((action) =>
    requests({ place, all }, resource, action, forms, reference),
  );
  const anywhere = [...new Set(open)].map((action) => ({ action, resource: '*' }));
  const hidden = (resource.mayChange ? behind : found)
    .filter(
      ({ type, where }) => type === resource.type && (where === undefined || isSet(resource, where, all)),
    )
    .flatMap((one) => hiddenRequests(place, resource, one));
  const dependents = [
    ...new Set([...named, ...open].flatMap((action) => reference.actions.get(action)?.dependents ?? [])),
  ]
    .filter(
      (action) => never[action] === undefined && !action.startsWith('kms:') && action !== 'iam:PassRole',
    )
    .filter(
      (action) =>
        !behind.some((one) => one.type === resource.type && actionsIn(one.actions).includes(action)),
    )
    .filter((action) => ![...own, ...anywhere, ...hidden].some((one) => one.action === action))
    .flatMap((action) => requests({ place, all }, resource, action, forms, reference));
  const roles = resource.mayChange
    ? [...passedRoles(place, resource, all), ...linkedRole(place, resource)]
    : [];
  return [...own, ...anywhere, ...hidden, ...dependents, ...roles].map((one) => ({
    of: resource.type,
    ...one,
  }));
}

function requests(
  { place, all }: { readonly place: ArnScope; readonly all: readonly Planned[] },
  resource: Planned,
  action: string,
  forms: readonly string[],
  { actions, arns }: Reference,
): readonly PolicyRequest[] {
  const facts = actions.get(action) as ActionFacts;
  if (facts.types.length === 0) return [{ action, resource: '*' }];
  const ours = facts.types.filter(
    ({ type }) => type !== 's3:accesspoint' && forms.some((form) => overlap(form, arns.get(type) ?? '')),
  );
  const required = facts.types.filter(
    ({ type, required: is }) => is && !FAMILIES.some((family) => family.test(type)),
  );
  const types = required.length > 0 ? required : ours.slice(0, 1);
  if (types.length === 0)
    return [{ action, resource: `of ${facts.types.map(({ type }) => type).join(' or ')}` }];
  return types.flatMap(({ type }) => {
    // How a role will be called that AWS names, the plan does not tell.
    const isLater = type === 'iam:role' && resource.unknown?.includes('role') === true;
    const things = isLater
      ? all.filter((one) => one.type === 'aws_iam_role' && one.unknown?.includes('name'))
      : [resource];
    const form = arns.get(type) as string;
    return things.map((thing) => ({
      action,
      resource: realArn(place, thing, type, form),
      ...saidBy(action, resource),
    }));
  });
}

/** What a request says of itself. */
function saidBy(action: string, { values }: Planned): Pick<PolicyRequest, 'context'> {
  const policy = values['policy_arn'];
  const isSaid = /^iam:(?:Attach|Detach)RolePolicy$/.test(action) && typeof policy === 'string';
  return isSaid ? { context: { 'iam:PolicyARN': policy } } : {};
}

function hiddenRequests(
  place: ArnScope,
  resource: Planned,
  { actions, on }: Behind,
): readonly PolicyRequest[] {
  return actionsIn(actions).flatMap((action) =>
    on.map((form) => ({
      action,
      resource:
        form === '*'
          ? '*'
          : arnOf(
              place,
              form.replaceAll(/\{(\w+)\}/g, (_, name: string) => nameOf(resource, name)),
            ),
    })),
  );
}

/** The role that a service makes for itself where it is not there yet. */
function linkedRole(place: ArnScope, { type }: Planned): readonly PolicyRequest[] {
  const linked = terraformTypes[type]?.linked;
  if (linked === undefined) return [];
  const resource = arnOf(place, `iam::A:role/aws-service-role/${linked}/AWSServiceRoleForIt`);
  return [{ action: 'iam:CreateServiceLinkedRole', resource, context: { 'iam:AWSServiceName': linked } }];
}

/** Services that are handed a role with a thing, and where it is named; roles of instances are in their profiles. */
const HANDED: Readonly<Record<string, readonly [service: string, ...attributes: string[]]>> = {
  aws_ecs_task_definition: ['ecs-tasks.amazonaws.com', 'execution_role_arn', 'task_role_arn'],
  aws_db_instance: ['monitoring.rds.amazonaws.com', 'monitoring_role_arn'],
  aws_flow_log: ['vpc-flow-logs.amazonaws.com', 'iam_role_arn'],
  aws_cloudwatch_event_target: ['events.amazonaws.com', 'role_arn'],
  aws_iam_instance_profile: ['ec2.amazonaws.com', 'role'],
  aws_instance: ['ec2.amazonaws.com', 'iam_instance_profile'],
  aws_autoscaling_group: ['ec2.amazonaws.com', 'launch_template'],
};

/** A role that trusts a service is handed to it, whichever of them the plan means; one that is not in the plan never. */
function passedRoles(place: ArnScope, resource: Planned, all: readonly Planned[]): readonly PolicyRequest[] {
  const [service, ...attributes] = HANDED[resource.type] ?? [];
  if (service === undefined || !attributes.some((name) => isSet(resource, name, all))) return [];
  const roles = all.filter(
    ({ type, values }) => type === 'aws_iam_role' && String(values['assume_role_policy']).includes(service),
  );
  const used = roles.filter((role) => isHanded(resource, role, attributes, all));
  return used.map((role) => ({
    action: 'iam:PassRole',
    resource: realArn(place, role, 'iam:role', 'arn:*:iam::*:role/*'),
    context: { 'iam:PassedToService': service },
  }));
}

/** Whether a role is the one that is named, as far as the plan tells. */
function isHanded(
  resource: Planned,
  role: Planned,
  attributes: readonly string[],
  all: readonly Planned[],
): boolean {
  return attributes.some((name) => {
    const value = resource.values[name];
    if (typeof value !== 'string')
      return resource.unknown?.includes(name) === true || name === 'launch_template';
    const carried = all.find(
      ({ type, values }) => type === 'aws_iam_instance_profile' && values['name'] === value,
    );
    return [value, carried?.values['role']].includes(role.values['name']);
  });
}

/** Whether a plan says something; a key that only the apply will tell is one that the same plan makes. */
function isSet({ values, unknown }: Planned, name: string, all: readonly Planned[]): boolean {
  const value = values[name];
  if (value === undefined && /key/.test(name))
    return unknown?.includes(name) === true && all.some(({ type }) => type === 'aws_kms_key');
  if (value === undefined) return unknown?.includes(name) === true && !/_(?:dns_)?enabled$/.test(name);
  return value !== false && value !== '' && !(Array.isArray(value) && value.length === 0);
}
