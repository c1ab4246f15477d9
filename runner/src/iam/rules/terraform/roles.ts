import { arnOf, lastPart, type ArnScope } from '../arn.js';
import type { Planned } from './resource.js';

/** The roles of a plan, and what carries them. */
export interface PlanRoles {
  /** ARNs of a role that is named, with the path that the plan gives it. */
  named(name: string): string;
  /** ARNs of the roles that the plan makes and whose names only the apply will tell. */
  readonly later: readonly string[];
  /** ARNs of the roles that a service may be handed, as far as they tell. */
  trusting(service: string): readonly string[];
  /** ARNs of the roles of an instance profile; undefined where the plan does not have it. */
  ofProfile(name: string): readonly string[] | undefined;
  /** Instance profiles that the launch templates of the plan name. */
  readonly templates: readonly { readonly profile: string | undefined }[];
  /** ARNs of the policies that the plan makes. */
  readonly policies: readonly string[];
}

const textOf = ({ values }: Planned, name: string): string | undefined =>
  typeof values[name] === 'string' ? values[name] : undefined;

/** Reads the roles off the resources of a plan. */
export function planRoles(place: ArnScope, resources: readonly Planned[]): PlanRoles {
  const roles = resources
    .filter(({ type }) => type === 'aws_iam_role')
    .map((role) => ({
      role,
      name: textOf(role, 'name'),
      arn: arnOf(place, 'iam::A:role{path}{name}', {
        path: textOf(role, 'path') ?? '/',
        name: textOf(role, 'name') ?? completed(textOf(role, 'name_prefix')),
      }),
    }));
  const policies = resources
    .filter(({ type, mode }) => type === 'aws_iam_policy' && mode === 'managed')
    .map((policy) =>
      arnOf(place, 'iam::A:policy{path}{name}', {
        path: textOf(policy, 'path') ?? '/',
        name: textOf(policy, 'name') ?? completed(textOf(policy, 'name_prefix')),
      }),
    );
  const named = (name: string) =>
    name.startsWith('arn:')
      ? name
      : (roles.find((one) => one.name === name)?.arn ?? arnOf(place, 'iam::A:role/{name}', { name }));
  const trusting = (service: string) =>
    roles
      .filter(({ role }) => textOf(role, 'assume_role_policy')?.includes(`"${service}"`) ?? true)
      .map(({ arn }) => arn);
  return {
    named,
    later: roles
      .filter(({ role, name }) => role.mode === 'managed' && name === undefined)
      .map(({ arn }) => arn),
    trusting,
    policies,
    ofProfile: (name) => {
      const profile = resources.find(
        (one) => one.type === 'aws_iam_instance_profile' && textOf(one, 'name') === name,
      );
      if (profile === undefined) return undefined;
      const role = textOf(profile, 'role') ?? textOf(profile, 'role_name');
      return role === undefined ? trusting('ec2.amazonaws.com') : [named(role)];
    },
    templates: resources
      .filter(({ type }) => type === 'aws_launch_template')
      .flatMap(({ values }) => {
        const carried = (values['iam_instance_profile'] ?? []) as readonly {
          readonly name?: string | null;
          readonly arn?: string | null;
        }[];
        return carried.map(({ name, arn }) => ({ profile: lastPart(name ?? arn ?? undefined) }));
      }),
  };
}

/** A name that AWS completes begins with its prefix. */
export const completed = (prefix: string | undefined) => (prefix === undefined ? undefined : `${prefix}*`);
