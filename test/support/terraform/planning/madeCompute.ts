import type { Names } from './account.js';
import { lastOf, text, type Maker } from './maker.js';
import type { Values } from './values.js';

const ec2 =
  (
    prefix: string,
    kind: string,
    more: (values: Values, names: Names, id: string) => Values = () => ({}),
  ): Maker =>
  (values, names) => {
    const id = names.id(prefix);
    return {
      id,
      arn: names.arn('ec2', `${kind}/${id}`),
      owner_id: names.account.id,
      ...more(values, names, id),
    };
  };

const rule = ec2('sgr', 'security-group-rule', (_values, _names, id) => ({ security_group_rule_id: id }));
const address = (names: Names) => `203.0.113.${1 + (parseInt(names.hex(2), 16) % 250)}`;
const inside = (names: Names) => `10.0.1.${4 + (parseInt(names.hex(2), 16) % 250)}`;

/** Networks, servers and their images. */
export const madeCompute: Readonly<Record<string, Maker>> = {
  aws_vpc: ec2('vpc', 'vpc', (_values, names) => ({
    cidr_block: '10.0.0.0/16',
    default_network_acl_id: names.id('acl'),
    default_route_table_id: names.id('rtb'),
    main_route_table_id: names.id('rtb'),
    default_security_group_id: names.id('sg'),
    dhcp_options_id: names.id('dopt'),
    enable_dns_hostnames: false,
  })),
  aws_subnet: ec2('subnet', 'subnet', (_values, names) => ({
    availability_zone: `${names.account.region}a`,
    availability_zone_id: 'euw1-az1',
    private_dns_hostname_type_on_launch: 'ip-name',
  })),
  aws_internet_gateway: ec2('igw', 'internet-gateway'),
  aws_route_table: ec2('rtb', 'route-table'),
  aws_route_table_association: (_values, names) => ({ id: names.id('rtbassoc') }),
  aws_route: (values, names) => ({
    id: `r-${text(values.route_table_id)}${names.hex(10)}`,
    state: 'active',
    origin: 'CreateRoute',
  }),
  aws_nat_gateway: (_values, names) => ({
    id: names.id('nat'),
    association_id: names.id('eipassoc'),
    network_interface_id: names.id('eni'),
    private_ip: inside(names),
    public_ip: address(names),
  }),
  aws_eip: (_values, names) => {
    const id = names.id('eipalloc');
    const ip = address(names);
    const host = ip.replaceAll('.', '-');
    return {
      id,
      allocation_id: id,
      domain: 'vpc',
      vpc: true,
      public_ip: ip,
      public_dns: `ec2-${host}.${names.account.region}.compute.amazonaws.com`,
      network_border_group: names.account.region,
      public_ipv4_pool: 'amazon',
    };
  },
  aws_flow_log: ec2('fl', 'vpc-flow-log', () => ({
    log_format:
      '${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}',
  })),
  aws_default_security_group: ec2('sg', 'security-group', () => ({
    name: 'default',
    description: 'default VPC security group',
  })),
  aws_security_group: ec2('sg', 'security-group'),
  aws_vpc_security_group_ingress_rule: rule,
  aws_vpc_security_group_egress_rule: rule,
  aws_vpc_endpoint: ec2('vpce', 'vpc-endpoint', (values, names, id) => ({
    prefix_list_id: values.vpc_endpoint_type === 'Gateway' ? names.id('pl') : '',
    state: 'available',
    ip_address_type: 'ipv4',
    network_interface_ids: [names.id('eni')],
    dns_entry: [{ dns_name: `${id}-${names.hex(8)}.vpce.amazonaws.com`, hosted_zone_id: 'Z7HUB22UULQXV' }],
  })),
  aws_key_pair: (values, names) => {
    const name = text(values.key_name) || `terraform-${names.hex(26)}`;
    return {
      id: name,
      key_name: name,
      arn: names.arn('ec2', `key-pair/${name}`),
      key_pair_id: names.id('key'),
      key_type: 'ed25519',
      fingerprint: names.hex(32),
    };
  },
  aws_launch_template: ec2('lt', 'launch-template', (values) => ({
    latest_version: next(values.latest_version),
    default_version: 1,
  })),
  aws_instance: ec2('i', 'instance', (values, names) => {
    const ip = inside(names);
    const isPublic = values.associate_public_ip_address === true;
    return {
      ami: names.id('ami'),
      instance_type: 't3.medium',
      instance_state: 'running',
      availability_zone: `${names.account.region}a`,
      subnet_id: names.id('subnet'),
      private_ip: ip,
      private_dns: `ip-${ip.replaceAll('.', '-')}.${names.account.region}.compute.internal`,
      public_ip: isPublic ? address(names) : '',
      primary_network_interface_id: names.id('eni'),
      vpc_security_group_ids: [names.id('sg')],
      tenancy: 'default',
      instance_initiated_shutdown_behavior: 'stop',
    };
  }),
  aws_ebs_volume: ec2('vol', 'volume', (_values, names) => ({
    encrypted: false,
    kms_key_id: names.arn('kms', `key/${names.uuid()}`),
    iops: 3000,
    throughput: 125,
    type: 'gp3',
  })),
  aws_volume_attachment: (_values, names) => ({ id: `vai-${names.hex(10)}` }),
  aws_autoscaling_group: (values, names) => {
    const name = text(values.name);
    return {
      id: name,
      arn: names.arn('autoscaling', `autoScalingGroup:${names.uuid()}:autoScalingGroupName/${name}`),
      health_check_type: 'EC2',
      default_cooldown: 300,
      desired_capacity: values.min_size,
      service_linked_role_arn: names.globalArn(
        'iam',
        'role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
      ),
      availability_zones: [`${names.account.region}a`],
    };
  },
  aws_autoscaling_policy: (values, names) => ({
    id: text(values.name),
    arn: names.arn(
      'autoscaling',
      `scalingPolicy:${names.uuid()}:autoScalingGroupName/${text(values.autoscaling_group_name)}:policyName/${text(values.name)}`,
    ),
  }),
  aws_iam_role: (values, names) => {
    const name = text(values.name);
    return {
      id: name,
      arn: names.globalArn('iam', `role${text(values.path)}${name}`),
      unique_id: `AROA${names.hex().toUpperCase()}`,
      create_date: '2026-01-01T00:00:00Z',
    };
  },
  aws_iam_policy: (values, names) => {
    const arn = names.globalArn('iam', `policy${text(values.path)}${text(values.name)}`);
    return { id: arn, arn, policy_id: `ANPA${names.hex().toUpperCase()}` };
  },
  aws_iam_instance_profile: (values, names) => {
    const name = text(values.name);
    return {
      id: name,
      arn: names.globalArn('iam', `instance-profile${text(values.path)}${name}`),
      unique_id: `AIPA${names.hex().toUpperCase()}`,
    };
  },
  aws_iam_role_policy: (values) => ({ id: `${text(values.role)}:${text(values.name)}` }),
  aws_iam_role_policy_attachment: (values, names) => ({
    id: `${text(values.role)}-${lastOf(values.policy_arn)}-${names.hex(8)}`,
  }),
};

const next = (version: unknown) => (typeof version === 'number' ? version + 1 : 1);
