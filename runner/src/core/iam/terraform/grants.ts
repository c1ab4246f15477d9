import { arnOf, lastPart, type Place } from '../arn.js';
import type { Grant } from '../policy.js';
import type { TypeRow } from './row.js';
import { terraformTypes } from './types.js';

/** One resource of a plan, as a policy sees it. */
export interface Planned {
  readonly type: string;
  readonly mode: 'managed' | 'data';
  /** False of what is only looked at: dependencies, data sources. */
  readonly mayChange: boolean;
  /** Attributes as far as they are known. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** What is to be done with what may change. */
export type Access = 'look' | 'change' | 'destroy';

const DONE: Readonly<Record<Access, readonly ('read' | 'create' | 'change' | 'delete')[]>> = {
  look: ['read'],
  change: ['read', 'create', 'change', 'delete'],
  destroy: ['read', 'delete'],
};

/**
 * What IAM has to allow for the resources of a plan.
 * @returns also the types that the table does not know, each once
 */
export function terraformGrants(
  place: Place,
  resources: readonly Planned[],
  access: Access,
): { readonly grants: readonly Grant[]; readonly unknown: readonly string[] } {
  const unknown = new Set<string>();
  const grants = resources.flatMap((resource): readonly Grant[] => {
    const row = terraformTypes[resource.type];
    if (row === undefined) {
      unknown.add(resource.type);
      return [];
    }
    return grantsOfType(place, row, resource, resource.mayChange ? access : 'look');
  });
  return { grants, unknown: [...unknown].sort() };
}

function grantsOfType(place: Place, row: TypeRow, { values }: Planned, access: Access): readonly Grant[] {
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
  const names = Object.fromEntries(Object.keys(values).map((name) => [name, text(name)]));
  const named = DONE[access].flatMap((what) => actionsIn(row[what]));
  const anywhere = DONE[access].flatMap((what) => actionsIn(row.anywhere?.[what]));
  return [
    ...(named.length === 0
      ? []
      : [{ actions: named, resources: (row.arns ?? []).map((form) => arnOf(place, form, names)) }]),
    ...(anywhere.length === 0
      ? []
      : [{ actions: anywhere, resources: ['*'], because: row.anywhere?.because as string }]),
    ...(access === 'change' ? handedRoles(place, row, text) : []),
  ];
}

/** Roles that are handed to a service, and the one that a service makes for itself the first time. */
function handedRoles(
  place: Place,
  row: TypeRow,
  text: (name: string) => string | undefined,
): readonly Grant[] {
  const { passes, linked } = row;
  const roles = (passes?.roles ?? []).flatMap((name) => text(name) ?? []);
  // A role that is not known yet, or that an instance profile carries.
  const arns =
    roles.length === 0 ? [arnOf(place, 'iam::A:role/*')] : roles.map((role) => roleArn(place, role));
  return [
    ...(passes === undefined
      ? []
      : [
          {
            actions: ['iam:PassRole'],
            resources: arns,
            condition: { StringEquals: { 'iam:PassedToService': [passes.to] } },
          },
        ]),
    ...(linked === undefined
      ? []
      : [
          {
            actions: ['iam:CreateServiceLinkedRole'],
            resources: [arnOf(place, `iam::A:role/aws-service-role/${linked}/*`)],
            condition: { StringEquals: { 'iam:AWSServiceName': [linked] } },
          },
        ]),
  ];
}

const roleArn = (place: Place, role: string) =>
  role.startsWith('arn:') ? role : arnOf(place, 'iam::A:role/{role}', { role: lastPart(role) });

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
