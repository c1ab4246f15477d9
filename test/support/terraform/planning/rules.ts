import { attributeText, elementsOf, type Values } from './values.js';

/** A resource before and after a change. */
interface Both {
  readonly prior: Values;
  readonly state: Values;
}

type Rule = (changed: readonly string[], both: Both) => readonly string[];

const count = (value: unknown) => (Array.isArray(value) ? value.length : 0);
const texts = (value: unknown) => elementsOf(value).map((one) => attributeText(one, undefined));

/** What the provider's source decides by more than one argument (CustomizeDiff): the arguments that then force a new resource. */
const forcing: Readonly<Record<string, Rule>> = {
  // Only a service that is told to deploy anew changes providers in place, and only from some to some.
  aws_ecs_service: (changed, { prior, state }) => {
    if (!changed.includes('capacity_provider_strategy')) return [];
    const before = count(prior.capacity_provider_strategy);
    const after = count(state.capacity_provider_strategy);
    const isInPlace = state.force_new_deployment === true && before > 0 === after > 0;
    return isInPlace ? [] : ['capacity_provider_strategy'];
  },
  aws_lb: (changed, { prior, state }) => {
    const forced: string[] = [];
    const before = texts(prior.subnet_mapping);
    const after = texts(state.subnet_mapping);
    if (
      changed.includes('subnet_mapping') &&
      before.length > 0 &&
      !before.every((one) => after.includes(one))
    )
      forced.push('subnet_mapping');
    if (state.load_balancer_type !== 'network') return forced;
    if (changed.includes('subnets') && count(state.subnets) <= count(prior.subnets)) forced.push('subnets');
    if (
      changed.includes('security_groups') &&
      count(state.security_groups) > 0 !== count(prior.security_groups) > 0
    )
      forced.push('security_groups');
    return forced;
  },
  aws_instance: (changed, { state }) =>
    state.user_data_replace_on_change === true
      ? changed.filter((name) => name === 'user_data' || name === 'user_data_base64')
      : [],
  aws_vpc: (changed, { prior, state }) =>
    changed.includes('instance_tenancy') &&
    !(prior.instance_tenancy === 'dedicated' && state.instance_tenancy === 'default')
      ? ['instance_tenancy']
      : [],
  aws_ssm_parameter: (changed, { prior, state }) =>
    changed.includes('tier') && prior.tier === 'Advanced' && state.tier === 'Standard' ? ['tier'] : [],
  // A rule changes what it matches in place, but not to another kind of match.
  aws_vpc_security_group_ingress_rule: sources,
  aws_vpc_security_group_egress_rule: sources,
};

function sources(changed: readonly string[], { prior, state }: Both): string[] {
  const kinds = ['cidr_ipv4', 'cidr_ipv6', 'prefix_list_id', 'referenced_security_group_id'];
  return kinds.filter(
    (kind) => changed.includes(kind) && ((prior[kind] ?? null) === null) !== ((state[kind] ?? null) === null),
  );
}

const versionless = ['name', 'name_prefix', 'description', 'default_version', 'update_default_version'];

/** What AWS computes and what a change of other arguments makes unknown again. */
const computing: Readonly<Record<string, Rule>> = {
  aws_launch_template: (changed, { state }) =>
    changed.every((name) => versionless.includes(name))
      ? []
      : ['latest_version', ...(state.update_default_version === true ? ['default_version'] : [])],
  aws_ssm_parameter: (changed) =>
    changed.includes('value') || changed.includes('insecure_value') ? ['version'] : [],
  aws_ssm_document: (changed) =>
    changed.includes('content')
      ? ['default_version', 'document_version', 'hash', 'latest_version', 'parameter']
      : [],
};

/** Arguments that force a new resource together with others. */
export const alsoForced = (type: string, changed: readonly string[], both: Both): readonly string[] =>
  forcing[type]?.(changed, both) ?? [];

/** Computed attributes that are not known until the change is made. */
export const recomputed = (type: string, changed: readonly string[], both: Both): readonly string[] =>
  computing[type]?.(changed, both) ?? [];
