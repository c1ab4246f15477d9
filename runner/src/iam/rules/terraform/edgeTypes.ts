import { NO_LEVEL, NOTHING, type TypeRow } from './row.js';

const policy = (arn: string, kind: string): TypeRow => ({
  arns: [`cloudfront::A:${arn}/*`],
  read: `cloudfront: Get${kind}`,
  change: `cloudfront: Update${kind}`,
  delete: `cloudfront: Delete${kind}`,
  anywhere: { create: `cloudfront: Create${kind}`, because: NO_LEVEL },
});

/** Names, certificates and the content delivery network; who may do what. */
export const edge: Readonly<Record<string, TypeRow>> = {
  aws_route53_zone: {
    arns: ['route53:::hostedzone/{zone_id}', 'route53:::change/*'],
    read: 'route53: GetHostedZone ListTagsForResource ListResourceRecordSets GetChange',
    create: 'route53: ChangeTagsForResource',
    change:
      'route53: ChangeTagsForResource UpdateHostedZoneComment AssociateVPCWithHostedZone DisassociateVPCFromHostedZone',
    delete: 'route53: DeleteHostedZone ChangeResourceRecordSets',
    anywhere: {
      read: 'route53: ListHostedZones ListHostedZonesByName',
      create: 'route53: CreateHostedZone; ec2: DescribeVpcs',
      because: NO_LEVEL,
    },
  },
  aws_route53_record: {
    arns: ['route53:::hostedzone/{zone_id}', 'route53:::change/*'],
    read: 'route53: GetHostedZone ListResourceRecordSets GetChange',
    create: 'route53: ChangeResourceRecordSets',
    change: 'route53: ChangeResourceRecordSets',
    delete: 'route53: ChangeResourceRecordSets',
  },
  aws_route53_health_check: {
    arns: ['route53:::healthcheck/*'],
    read: 'route53: GetHealthCheck ListTagsForResource',
    create: 'route53: ChangeTagsForResource',
    change: 'route53: UpdateHealthCheck ChangeTagsForResource',
    delete: 'route53: DeleteHealthCheck',
    anywhere: { create: 'route53: CreateHealthCheck', because: NO_LEVEL },
  },
  aws_route53_query_log: {
    arns: ['route53:::hostedzone/{zone_id}', 'route53:::queryloggingconfig/*'],
    read: 'route53: GetQueryLoggingConfig',
    create: 'route53: CreateQueryLoggingConfig',
    delete: 'route53: DeleteQueryLoggingConfig',
    anywhere: { create: 'logs: DescribeResourcePolicies', because: NO_LEVEL },
  },
  aws_acm_certificate: {
    arns: ['acm:R:A:certificate/*'],
    read: 'acm: DescribeCertificate GetCertificate ListTagsForCertificate',
    create: 'acm: AddTagsToCertificate',
    change: 'acm: AddTagsToCertificate RemoveTagsFromCertificate UpdateCertificateOptions',
    delete: 'acm: DeleteCertificate',
    anywhere: {
      read: 'acm: ListCertificates',
      create: 'acm: RequestCertificate',
      because: NO_LEVEL,
    },
  },
  aws_acm_certificate_validation: { arns: ['acm:R:A:certificate/*'], read: 'acm: DescribeCertificate' },
  aws_cloudfront_distribution: {
    arns: ['cloudfront::A:distribution/*'],
    read: 'cloudfront: GetDistribution ListTagsForResource',
    create: 'cloudfront: TagResource',
    change: 'cloudfront: UpdateDistribution TagResource UntagResource',
    delete: 'cloudfront: UpdateDistribution DeleteDistribution',
    anywhere: { create: 'cloudfront: CreateDistribution', because: NO_LEVEL },
  },
  aws_cloudfront_origin_access_control: policy('origin-access-control', 'OriginAccessControl'),
  aws_cloudfront_cache_policy: withList(policy('cache-policy', 'CachePolicy'), 'ListCachePolicies'),
  aws_cloudfront_origin_request_policy: withList(
    policy('origin-request-policy', 'OriginRequestPolicy'),
    'ListOriginRequestPolicies',
  ),
  aws_cloudfront_response_headers_policy: withList(
    policy('response-headers-policy', 'ResponseHeadersPolicy'),
    'ListResponseHeadersPolicies',
  ),
  aws_cloudfront_function: {
    arns: ['cloudfront::A:function/{name}'],
    read: 'cloudfront: DescribeFunction GetFunction',
    create: 'cloudfront: PublishFunction',
    change: 'cloudfront: UpdateFunction PublishFunction',
    delete: 'cloudfront: DeleteFunction',
    anywhere: { create: 'cloudfront: CreateFunction', because: NO_LEVEL },
  },
  aws_cloudfront_monitoring_subscription: {
    anywhere: {
      read: 'cloudfront: GetMonitoringSubscription',
      create: 'cloudfront: CreateMonitoringSubscription',
      change: 'cloudfront: CreateMonitoringSubscription',
      delete: 'cloudfront: DeleteMonitoringSubscription',
      because: NO_LEVEL,
    },
  },
  aws_cloudfront_log_delivery_canonical_user_id: NOTHING,
  aws_wafv2_web_acl: {
    arns: [
      'wafv2:R:A:*/webacl/*',
      'wafv2:R:A:*/managedruleset/*',
      'wafv2:R:A:*/ipset/*',
      'wafv2:R:A:*/rulegroup/*',
      'wafv2:R:A:*/regexpatternset/*',
    ],
    read: 'wafv2: GetWebACL ListTagsForResource',
    create: 'wafv2: CreateWebACL TagResource',
    change: 'wafv2: UpdateWebACL TagResource UntagResource',
    delete: 'wafv2: DeleteWebACL',
  },
  aws_wafv2_web_acl_association: {
    arns: ['wafv2:R:A:*/webacl/*', 'elasticloadbalancing:R:A:loadbalancer/app/*'],
    read: 'wafv2: GetWebACLForResource GetWebACL; elasticloadbalancing: GetLoadBalancerWebACL',
    create: 'wafv2: AssociateWebACL',
    delete: 'wafv2: DisassociateWebACL',
    anywhere: {
      create: 'elasticloadbalancing: SetWebAcl',
      delete: 'elasticloadbalancing: SetWebAcl',
      because: NO_LEVEL,
    },
  },
};

/** Data sources find these by name: they list all. */
function withList(row: TypeRow, list: string): TypeRow {
  return { ...row, anywhere: { because: NO_LEVEL, ...row.anywhere, read: `cloudfront: ${list}` } };
}
