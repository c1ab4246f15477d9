import { ec2, NO_LEVEL, NOTHING, type TypeRow } from './row.js';

/** A setting of a load balancer and of what belongs to it: the Describe calls know no resource. */
const elb = (
  arns: readonly string[],
  read: string,
  create: string,
  change: string,
  remove: string,
): TypeRow => ({
  arns: arns.map((one) => `elasticloadbalancing:R:A:${one}`),
  create: `elasticloadbalancing: ${create} AddTags`,
  change: `elasticloadbalancing: ${change} AddTags RemoveTags`,
  delete: `elasticloadbalancing: ${remove}`,
  anywhere: { read: `elasticloadbalancing: ${read} DescribeTags`, because: NO_LEVEL },
});
const LISTENERS = ['listener/app/*', 'listener/net/*'];
const RULES = ['listener-rule/app/*', 'listener-rule/net/*'];
const BALANCERS = ['loadbalancer/app/{name}/*', 'loadbalancer/net/{name}/*'];

const rule = (direction: 'Ingress' | 'Egress'): TypeRow =>
  ec2(
    'security-group security-group-rule',
    'DescribeSecurityGroupRules',
    `AuthorizeSecurityGroup${direction}`,
    `RevokeSecurityGroup${direction}`,
    'ModifySecurityGroupRules',
  );

/** Networks, their security, and load balancers. */
export const network: Readonly<Record<string, TypeRow>> = {
  aws_vpc: {
    // What a network has by default is read with it.
    ...ec2(
      'vpc',
      'DescribeVpcs DescribeNetworkAcls DescribeRouteTables DescribeSecurityGroups',
      'CreateVpc ModifyVpcAttribute',
      'DeleteVpc',
      'ModifyVpcAttribute',
    ),
    read: 'ec2: DescribeVpcAttribute',
  },
  aws_vpc_dhcp_options: ec2('dhcp-options', 'DescribeDhcpOptions', 'CreateDhcpOptions', 'DeleteDhcpOptions'),
  aws_vpc_dhcp_options_association: ec2(
    'vpc dhcp-options',
    'DescribeVpcs',
    'AssociateDhcpOptions',
    'AssociateDhcpOptions',
  ),
  aws_subnet: ec2(
    'subnet vpc',
    // Interfaces that linger in it are looked for before it is deleted.
    'DescribeSubnets DescribeNetworkInterfaces',
    'CreateSubnet ModifySubnetAttribute',
    'DeleteSubnet',
    'ModifySubnetAttribute',
  ),
  aws_subnets: ec2('subnet', 'DescribeSubnets', 'CreateTags', 'DeleteTags'),
  aws_internet_gateway: ec2(
    'internet-gateway vpc',
    'DescribeInternetGateways',
    'CreateInternetGateway AttachInternetGateway',
    'DetachInternetGateway DeleteInternetGateway',
  ),
  aws_egress_only_internet_gateway: ec2(
    'egress-only-internet-gateway vpc',
    'DescribeEgressOnlyInternetGateways',
    'CreateEgressOnlyInternetGateway',
    'DeleteEgressOnlyInternetGateway',
  ),
  aws_eip: ec2(
    'elastic-ip network-interface instance',
    'DescribeAddresses DescribeAddressesAttribute',
    'AllocateAddress AssociateAddress',
    'DisassociateAddress ReleaseAddress',
    'AssociateAddress DisassociateAddress',
  ),
  aws_eip_association: ec2(
    'elastic-ip network-interface instance',
    'DescribeAddresses',
    'AssociateAddress',
    'DisassociateAddress',
  ),
  aws_nat_gateway: ec2(
    'natgateway subnet elastic-ip',
    'DescribeNatGateways',
    'CreateNatGateway',
    'DeleteNatGateway',
  ),
  aws_route_table: ec2(
    'route-table vpc',
    'DescribeRouteTables',
    'CreateRouteTable CreateRoute',
    'DeleteRouteTable',
    'CreateRoute ReplaceRoute DeleteRoute',
  ),
  aws_route: ec2('route-table', 'DescribeRouteTables', 'CreateRoute', 'DeleteRoute', 'ReplaceRoute'),
  aws_route_table_association: ec2(
    'route-table subnet',
    'DescribeRouteTables',
    'AssociateRouteTable',
    'DisassociateRouteTable',
    'ReplaceRouteTableAssociation',
  ),
  aws_main_route_table_association: ec2(
    'route-table vpc',
    'DescribeRouteTables',
    'ReplaceRouteTableAssociation',
    'ReplaceRouteTableAssociation',
  ),
  aws_network_acl: ec2(
    'network-acl vpc subnet',
    'DescribeNetworkAcls',
    'CreateNetworkAcl CreateNetworkAclEntry ReplaceNetworkAclAssociation',
    'DeleteNetworkAcl',
    'CreateNetworkAclEntry DeleteNetworkAclEntry ReplaceNetworkAclAssociation',
  ),
  aws_network_acl_rule: ec2(
    'network-acl',
    'DescribeNetworkAcls',
    'CreateNetworkAclEntry',
    'DeleteNetworkAclEntry',
  ),
  aws_network_acl_association: ec2(
    'network-acl subnet',
    'DescribeNetworkAcls',
    'ReplaceNetworkAclAssociation',
    'ReplaceNetworkAclAssociation',
  ),
  aws_default_network_acl: ec2(
    'network-acl subnet',
    'DescribeNetworkAcls',
    'CreateNetworkAclEntry DeleteNetworkAclEntry ReplaceNetworkAclAssociation',
    'CreateNetworkAclEntry',
    'DeleteNetworkAclEntry',
  ),
  aws_flow_log: {
    ...ec2('vpc-flow-log vpc subnet', 'DescribeFlowLogs', 'CreateFlowLogs', 'DeleteFlowLogs'),
    passes: { roles: ['iam_role_arn'], to: 'vpc-flow-logs.amazonaws.com' },
  },
  aws_vpc_endpoint: {
    ...ec2(
      'vpc-endpoint vpc subnet security-group route-table',
      'DescribeVpcEndpoints DescribePrefixLists DescribeSecurityGroups DescribeSubnets DescribeVpcs',
      'CreateVpcEndpoint',
      'DeleteVpcEndpoints',
      'ModifyVpcEndpoint',
    ),
    also: [
      {
        where: 'private_dns_enabled',
        arns: ['route53:::hostedzone/*'],
        create: 'route53: AssociateVPCWithHostedZone',
      },
    ],
  },
  aws_vpc_endpoint_policy: ec2(
    'vpc-endpoint',
    'DescribeVpcEndpoints',
    'ModifyVpcEndpoint',
    'ModifyVpcEndpoint',
  ),
  aws_vpc_endpoint_route_table_association: ec2(
    'vpc-endpoint route-table',
    'DescribeVpcEndpoints',
    'ModifyVpcEndpoint',
    'ModifyVpcEndpoint',
  ),
  aws_vpc_endpoint_subnet_association: ec2(
    'vpc-endpoint subnet',
    'DescribeVpcEndpoints',
    'ModifyVpcEndpoint',
    'ModifyVpcEndpoint',
  ),
  aws_vpc_endpoint_security_group_association: ec2(
    'vpc-endpoint security-group',
    'DescribeVpcEndpoints',
    'ModifyVpcEndpoint',
    'ModifyVpcEndpoint',
  ),
  aws_vpc_endpoint_service: ec2(
    'vpc-endpoint-service',
    'DescribeVpcEndpointServices',
    'CreateTags',
    'DeleteTags',
  ),
  aws_prefix_list: ec2('prefix-list', 'DescribePrefixLists', 'CreateTags', 'DeleteTags'),
  aws_ec2_managed_prefix_list: {
    ...ec2(
      'prefix-list',
      'DescribeManagedPrefixLists',
      'CreateManagedPrefixList',
      'DeleteManagedPrefixList',
      'ModifyManagedPrefixList',
    ),
    read: 'ec2: GetManagedPrefixListEntries',
  },
  aws_security_group: ec2(
    'security-group vpc',
    'DescribeSecurityGroups DescribeSecurityGroupRules DescribeNetworkInterfaces',
    'CreateSecurityGroup AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupEgress',
    'DeleteSecurityGroup RevokeSecurityGroupIngress',
    'AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress RevokeSecurityGroupEgress',
  ),
  aws_default_security_group: ec2(
    'security-group',
    'DescribeSecurityGroups',
    'RevokeSecurityGroupIngress RevokeSecurityGroupEgress',
    'AuthorizeSecurityGroupEgress',
    'AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress RevokeSecurityGroupEgress',
  ),
  aws_security_group_rule: ec2(
    'security-group security-group-rule',
    'DescribeSecurityGroups DescribeSecurityGroupRules',
    'AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress',
    'RevokeSecurityGroupIngress RevokeSecurityGroupEgress',
    'UpdateSecurityGroupRuleDescriptionsIngress UpdateSecurityGroupRuleDescriptionsEgress',
  ),
  aws_vpc_security_group_ingress_rule: rule('Ingress'),
  aws_vpc_security_group_egress_rule: rule('Egress'),
  aws_availability_zones: { anywhere: { read: 'ec2: DescribeAvailabilityZones', because: NO_LEVEL } },
  aws_availability_zone: { anywhere: { read: 'ec2: DescribeAvailabilityZones', because: NO_LEVEL } },
  aws_vpcs: { anywhere: { read: 'ec2: DescribeVpcs', because: NO_LEVEL } },
  aws_route_tables: { anywhere: { read: 'ec2: DescribeRouteTables', because: NO_LEVEL } },
  aws_security_groups: { anywhere: { read: 'ec2: DescribeSecurityGroups', because: NO_LEVEL } },
  aws_nat_gateways: { anywhere: { read: 'ec2: DescribeNatGateways', because: NO_LEVEL } },
  aws_ip_ranges: NOTHING,

  aws_lb: {
    ...elb(
      BALANCERS,
      'DescribeLoadBalancers DescribeLoadBalancerAttributes',
      'CreateLoadBalancer ModifyLoadBalancerAttributes',
      'ModifyLoadBalancerAttributes SetIpAddressType SetSecurityGroups SetSubnets',
      'DeleteLoadBalancer',
    ),
    linked: 'elasticloadbalancing.amazonaws.com',
    also: [
      {
        // Its API looks at the network in the name of who asks; the provider waits for its interfaces to go.
        anywhere: {
          create:
            'ec2: DescribeAccountAttributes DescribeAddresses DescribeInternetGateways DescribeSecurityGroups DescribeSubnets DescribeVpcs',
          delete: 'ec2: DescribeNetworkInterfaces',
          because: NO_LEVEL,
        },
      },
    ],
  },
  aws_lb_listener: elb(
    [...LISTENERS, 'loadbalancer/app/*', 'loadbalancer/net/*'],
    'DescribeListeners DescribeListenerAttributes',
    'CreateListener',
    'ModifyListener ModifyListenerAttributes',
    'DeleteListener',
  ),
  aws_lb_listener_certificate: elb(
    LISTENERS,
    'DescribeListenerCertificates',
    'AddListenerCertificates',
    'AddListenerCertificates',
    'RemoveListenerCertificates',
  ),
  aws_lb_listener_rule: elb(
    [...LISTENERS, ...RULES],
    'DescribeRules',
    'CreateRule',
    'ModifyRule',
    'DeleteRule',
  ),
  aws_lb_target_group: {
    ...elb(
      ['targetgroup/{name}/*'],
      'DescribeTargetGroups DescribeTargetGroupAttributes',
      'CreateTargetGroup ModifyTargetGroupAttributes',
      'ModifyTargetGroup ModifyTargetGroupAttributes',
      'DeleteTargetGroup',
    ),
    also: [{ anywhere: { create: 'ec2: DescribeInternetGateways DescribeVpcs', because: NO_LEVEL } }],
  },
  aws_lb_target_group_attachment: {
    arns: ['elasticloadbalancing:R:A:targetgroup/*'],
    create: 'elasticloadbalancing: RegisterTargets',
    delete: 'elasticloadbalancing: DeregisterTargets',
    anywhere: {
      read: 'elasticloadbalancing: DescribeTargetHealth',
      create: 'ec2: DescribeInstances DescribeInternetGateways DescribeSubnets DescribeVpcs',
      because: NO_LEVEL,
    },
  },
  aws_elb_service_account: NOTHING,

  aws_service_discovery_private_dns_namespace: {
    arns: ['servicediscovery:R:A:namespace/*', 'route53:::hostedzone/*'],
    read: 'servicediscovery: GetNamespace GetOperation',
    create: 'route53: GetHostedZone',
    change: 'servicediscovery: UpdatePrivateDnsNamespace',
    delete: 'servicediscovery: DeleteNamespace; route53: DeleteHostedZone',
    anywhere: {
      read: 'servicediscovery: ListTagsForResource',
      create:
        'servicediscovery: CreatePrivateDnsNamespace TagResource; route53: CreateHostedZone; ec2: DescribeVpcs DescribeRegions',
      change: 'servicediscovery: TagResource UntagResource',
      because: NO_LEVEL,
    },
  },
  aws_service_discovery_http_namespace: {
    arns: ['servicediscovery:R:A:namespace/*'],
    read: 'servicediscovery: GetNamespace GetOperation',
    change: 'servicediscovery: UpdateHttpNamespace',
    delete: 'servicediscovery: DeleteNamespace',
    anywhere: {
      read: 'servicediscovery: ListNamespaces ListTagsForResource',
      create: 'servicediscovery: CreateHttpNamespace TagResource',
      change: 'servicediscovery: TagResource UntagResource',
      because: NO_LEVEL,
    },
  },
  aws_service_discovery_service: {
    arns: ['servicediscovery:R:A:service/*', 'servicediscovery:R:A:namespace/*'],
    read: 'servicediscovery: GetService GetOperation',
    create: 'servicediscovery: CreateService',
    change: 'servicediscovery: UpdateService',
    delete: 'servicediscovery: DeleteService',
    anywhere: {
      read: 'servicediscovery: ListTagsForResource',
      create: 'servicediscovery: TagResource',
      change: 'servicediscovery: TagResource UntagResource',
      because: NO_LEVEL,
    },
  },
};
