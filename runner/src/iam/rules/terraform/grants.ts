import { arnOf, type ArnScope } from '../arn.js';
import type { Grant } from '../policyDocument.js';
import { completed, planRoles, type PlanRoles } from './roles.js';
import type { AlsoRow, TypeRow } from './row.js';
import { terraformTypes } from './types.js';
import type { Planned } from './resource.js';

/** What is to be done with what may change. */
export type Access = 'look' | 'change' | 'destroy';

const DONE: Readonly<Record<Access, readonly ('read' | 'create' | 'change' | 'delete')[]>> = {
  look: ['read'],
  change: ['read', 'create', 'change', 'delete'],
  destroy: ['read', 'delete'],
};

/** What the grants of a plan are, and what it leaves to people. */
export interface TerraformGrants {
  readonly grants: readonly Grant[];
  /** Types that the table does not know, each once. */
  readonly unknown: readonly string[];
  /** Roles that are handed on and that the plan does not tell, in words. */
  readonly untold: readonly string[];
}

/** What IAM has to allow for the resources of a plan. */
export function terraformGrants(
  place: ArnScope,
  resources: readonly Planned[],
  access: Access,
): TerraformGrants {
  const roles = planRoles(place, resources);
  const unknown = new Set<string>();
  const untold = new Set<string>();
  const grants = resources.flatMap((resource): readonly Grant[] => {
    const row = terraformTypes[resource.type];
    if (row === undefined) {
      unknown.add(resource.type);
      return [];
    }
    const allowed = resource.mayChange ? access : 'look';
    const parts = [
      row,
      ...(row.also ?? []).filter(({ where }) => where === undefined || isSet(resource, where, resources)),
    ];
    return [
      ...parts.flatMap((part) => grantsOfPart(place, part, resource, allowed, roles)),
      ...(allowed === 'change'
        ? [...handed(row, resource, resources, roles, untold), ...linkedRole(place, row)]
        : []),
    ];
  });
  return { grants, unknown: [...unknown].sort(), untold: [...untold].sort() };
}

function grantsOfPart(
  place: ArnScope,
  part: AlsoRow,
  resource: Planned,
  access: Access,
  roles: PlanRoles,
): readonly Grant[] {
  const names = namesOf(resource);
  const named = [
    ...DONE[access].flatMap((what) => actionsIn(part[what])),
    ...(resource.mode === 'managed' ? actionsIn(part.tags) : []),
  ];
  const anywhere = DONE[access].flatMap((what) => actionsIn(part.anywhere?.[what]));
  const resources = (part.arns ?? []).flatMap((form) => {
    const attribute = /^role:\{(\w+)\}$/.exec(form)?.[1];
    if (attribute === undefined) return [arnOf(place, form, names)];
    const name = names[attribute];
    if (name !== undefined) return [roles.named(name)];
    return roles.later.length > 0 ? roles.later : [arnOf(place, 'iam::A:role/*')];
  });
  const condition = part.attaches === undefined ? {} : attachedOnly(resource, part.attaches, roles);
  return [
    ...(named.length === 0 ? [] : [{ actions: named, resources, ...condition }]),
    ...(anywhere.length === 0
      ? []
      : [{ actions: anywhere, resources: ['*'], because: part.anywhere?.because as string }]),
  ];
}

/** The policies that are attached, as far as they are told; else those that the plan makes. */
function attachedOnly(
  { values }: Planned,
  attribute: string,
  { policies }: PlanRoles,
): Pick<Grant, 'condition'> {
  const told = [values[attribute]].flat().filter((one): one is string => typeof one === 'string');
  const arns = told.length > 0 ? told : policies;
  return {
    condition: { ArnEquals: { 'iam:PolicyARN': arns.length > 0 ? arns : ['arn:aws:iam::0:policy/none'] } },
  };
}

/** Attributes that are text; a name that AWS completes is a pattern. */
function namesOf({ values }: Planned): Readonly<Record<string, string | undefined>> {
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
  const known = Object.fromEntries(Object.keys(values).map((name) => [name, text(name)]));
  const begun = Object.keys(values)
    .filter((name) => name.endsWith('_prefix') && text(name) !== undefined)
    .map((name) => [name.replace(/_prefix$/, ''), completed(text(name))] as const);
  return { path: '/', ...Object.fromEntries(begun), ...withoutUndefined(known) };
}

/** Roles that are handed to a service. One that the plan does not tell is left to people, never opened to all. */
function handed(
  { passes }: TypeRow,
  resource: Planned,
  all: readonly Planned[],
  roles: PlanRoles,
  untold: Set<string>,
): readonly Grant[] {
  if (passes === undefined) return [];
  const { to, unless } = passes;
  if (unless !== undefined && isSet(resource, unless, all)) return [];
  const valueOf = (name: string) => {
    const value = resource.values[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const isUnknown = (name: string) => resource.unknown?.includes(name) === true;
  const { roles: attributes = [], profiles = [], templates = [] } = passes;
  const carriers = [
    ...profiles.filter((name) => isSet(resource, name, all)).map(valueOf),
    ...(templates.some((name) => isSet(resource, name, all))
      ? roles.templates.map(({ profile }) => profile)
      : []),
  ];
  const arns = [
    ...attributes.flatMap((name) => valueOf(name) ?? []).map((role) => [roles.named(role)]),
    ...(attributes.some(isUnknown) ? [roles.trusting(to)] : []),
    ...carriers.map((profile) =>
      profile === undefined ? roles.trusting(to) : (roles.ofProfile(profile) ?? []),
    ),
  ];
  carriers.forEach((profile) => {
    if (profile !== undefined && roles.ofProfile(profile) === undefined)
      untold.add(
        `the instance profile ${profile} is not in the plan: allow iam:PassRole to ${to} for its role by hand`,
      );
  });
  const resources = [...new Set(arns.flat())];
  if (resources.length === 0) return [];
  const condition = { StringEquals: { 'iam:PassedToService': [to] } };
  return [{ actions: ['iam:PassRole'], resources, condition }];
}

/** The role that a service makes for itself the first time. */
function linkedRole(place: ArnScope, { linked }: TypeRow): readonly Grant[] {
  if (linked === undefined) return [];
  return [
    {
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [arnOf(place, `iam::A:role/aws-service-role/${linked}/*`)],
      condition: { StringEquals: { 'iam:AWSServiceName': [linked] } },
    },
  ];
}

/** What a value that only the apply will tell can come from: something that the same plan makes. */
const MADE_BY: Readonly<Record<string, string>> = {
  iam_instance_profile: 'aws_iam_instance_profile',
  key_id: 'aws_kms_key',
  kms_key_id: 'aws_kms_key',
  master_user_secret_kms_key_id: 'aws_kms_key',
  replicate_source_db: 'aws_db_instance',
  role: 'aws_iam_role',
  rotation_lambda_arn: 'aws_lambda_function',
};

/** Whether an attribute says something. Unknown is also what nobody says and AWS chooses. */
function isSet({ values, unknown }: Planned, name: string, all: readonly Planned[]): boolean {
  const value = values[name];
  if (value === undefined)
    return unknown?.includes(name) === true && all.some(({ type }) => type === MADE_BY[name]);
  return value !== false && value !== '' && !(Array.isArray(value) && value.length === 0);
}

const withoutUndefined = (values: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** `ecs: A B; iam: C` → `ecs:A`, `ecs:B`, `iam:C`. */
export function actionsIn(text: string | undefined): readonly string[] {
  return (text ?? '').split(';').flatMap((part) => {
    const [service = '', actions = ''] = part.split(':');
    return actions
      .split(' ')
      .filter((action) => action !== '')
      .map((action) => `${service.trim()}:${action}`);
  });
}
