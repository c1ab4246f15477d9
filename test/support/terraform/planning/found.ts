import type { Block } from '../schema.js';
import type { Names } from './account.js';
import { conform, made, madeTypes } from './made.js';
import { text, type Maker } from './maker.js';
import { unknown } from '../msgpack.js';
import type { Values } from './values.js';
import type { Filter, World } from './world.js';

/** What AWS answers about the account itself and about what it offers. */
const offered: Readonly<Record<string, Maker>> = {
  aws_region: (values, { account }) => {
    const region = text(values.name) || account.region;
    return { id: region, name: region, description: 'A region', endpoint: `ec2.${region}.amazonaws.com` };
  },
  aws_partition: () => ({
    id: 'aws',
    partition: 'aws',
    dns_suffix: 'amazonaws.com',
    reverse_dns_prefix: 'com.amazonaws',
  }),
  aws_caller_identity: (_values, names) => ({
    id: names.account.id,
    account_id: names.account.id,
    arn: names.globalArn('iam', 'user/someone'),
    user_id: 'AIDA0123456789ABCDEF0',
  }),
  aws_cloudfront_cache_policy: (values) => ({ id: idOf(values), etag: 'E1' }),
  aws_cloudfront_origin_request_policy: (values) => ({ id: idOf(values), etag: 'E1' }),
  aws_ssm_parameter: (values, names) => ({
    id: text(values.name),
    arn: names.arn('ssm', `parameter/${text(values.name).replace(/^\//, '')}`),
    type: 'String',
    value: 'ami-0a1b2c3d4e5f60718',
    insecure_value: 'ami-0a1b2c3d4e5f60718',
    version: 1,
  }),
  aws_ec2_managed_prefix_list: (values) => ({
    id: 'pl-4fa04526',
    name: text(values.name),
    arn: 'arn:aws:ec2:eu-west-1:aws:prefix-list/pl-4fa04526',
  }),
  aws_route_tables: () => ({ id: 'eu-west-1', ids: ['rtb-0f0e0d0c0b0a09080'] }),
  aws_nat_gateways: () => ({ id: 'eu-west-1', ids: ['nat-0f0e0d0c0b0a09080'] }),
};

/** The data sources that answer. */
export const foundTypes: readonly string[] = [...Object.keys(offered), ...madeTypes];

const idOf = (values: Values) => `policy-${text(values.name)}`;

/** What a data source calls otherwise than the resource. */
const otherNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws_db_instance: {
    db_instance_identifier: 'identifier',
    db_instance_arn: 'arn',
    master_username: 'username',
    db_subnet_group: 'db_subnet_group_name',
    vpc_security_groups: 'vpc_security_group_ids',
  },
  aws_ecs_cluster: { cluster_name: 'name' },
  aws_ecs_service: { service_name: 'name', cluster_arn: 'cluster', arn: 'id' },
  aws_efs_file_system: { file_system_id: 'id' },
  aws_efs_access_point: { access_point_id: 'id' },
  aws_efs_mount_target: { mount_target_id: 'id' },
  aws_instance: { instance_id: 'id' },
  aws_kms_key: { key_id: 'key_id' },
  aws_ebs_volume: { volume_id: 'id', volume_type: 'type' },
  aws_iam_instance_profile: { role_name: 'role' },
};

/** What one has that was made elsewhere, as the examples speak of it. */
const elsewhere: Readonly<Record<string, Values>> = {
  aws_route53_zone: { name: 'example.org' },
};

/** What always holds of what is found. */
const alwaysSo: Readonly<Record<string, Values>> = {
  aws_acm_certificate: { status: 'ISSUED' },
  aws_ecs_cluster: { status: 'ACTIVE' },
  aws_kms_key: { enabled: true, key_state: 'Enabled' },
};

/**
 * What a data source answers: of a resource that was made, its attributes; of another, what one has that is called so.
 * @param block of the data source
 * @param resource block of the resource with the same name
 */
export function found(
  type: string,
  blocks: { block: Block; resource?: Block | undefined },
  config: Values,
  world: World,
  names: Names,
): Values {
  const renamed = otherNames[type] ?? {};
  const given = Object.entries(config).filter(([, value]) => typeof value === 'string');
  const wanted = Object.fromEntries(given.map(([name, value]) => [renamed[name] ?? name, value]));
  const answer =
    offered[type]?.(config, names) ??
    world.find(type, wanted, filtersOf(config)) ??
    invented(type, blocks.resource, wanted, names);
  const state: Record<string, unknown> = { ...config };
  for (const [name, { type: of, computed }] of Object.entries(blocks.block.attributes ?? {}))
    if (computed === true && (config[name] ?? null) === null)
      state[name] = conform(alwaysSo[type]?.[name] ?? answer[renamed[name] ?? name] ?? nothing(of), of);
  return state;
}

/** Conditions on what is looked up, by blocks or by tags. */
function filtersOf({ filter, tags }: Values): Filter[] {
  const asked = Object.entries((tags ?? {}) as Readonly<Record<string, string>>);
  return [
    ...((filter ?? []) as readonly Filter[]),
    ...asked.map(([key, value]) => ({ name: `tag:${key}`, values: [value] })),
  ];
}

function nothing(type: unknown): unknown {
  if (Array.isArray(type)) return type[0] === 'map' ? {} : [];
  return type === 'string' ? '' : type === 'number' ? 0 : false;
}

function invented(type: string, resource: Block | undefined, wanted: Values, names: Names): Values {
  if (resource === undefined || !madeTypes.includes(type))
    throw new Error(`Nobody has said what data source ${type} answers.`);
  const empty = Object.keys(resource.attributes ?? {}).map(
    (name) => [name, elsewhere[type]?.[name] ?? unknown] as const,
  );
  return made(
    type,
    { attributes: resource.attributes ?? {} },
    { ...Object.fromEntries(empty), ...wanted },
    names,
  );
}
