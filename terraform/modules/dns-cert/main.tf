# The certificate, validated by records in the zone, and the records that point to AWS resources.

locals {
  create      = var.mode == "create"
  create_zone = local.create && var.zone_mode == "create"
  created     = local.create ? { main = var.domain_name } : {}
  names       = concat([var.domain_name], sort(var.alternative_names))

  # What ACM wants to see is told only when the certificate is there, so it cannot say what there is to be made: the keys are the
  # names that were asked for, and only the values come from ACM. A wildcard is proven by the record of the name below it.
  proven = local.create ? toset([for name in local.names : trimprefix(name, "*.")]) : []
  proofs = {
    for name in local.proven : name => one(distinct([
      for option in aws_acm_certificate.this["main"].domain_validation_options : {
        name  = option.resource_record_name
        type  = option.resource_record_type
        value = option.resource_record_value
      } if trimprefix(option.domain_name, "*.") == name
    ]))
  }

  aliases = merge([
    for key, record in var.records : {
      for type in concat(["A"], record.ipv6 ? ["AAAA"] : []) : "${key}/${type}" => merge(record, { type = type })
    }
  ]...)

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = concat(var.zone_mode == "reuse" ? ["zone"] : [], var.mode == "reuse" ? ["certificate"] : [])
}

# Its place in the transparency logs, which browsers ask for, is AWS's own default and left to it: what does not tell it back would
# have it set again by each plan.
resource "aws_acm_certificate" "this" {
  #checkov:skip=CKV2_AWS_71:A wildcard is asked for by name
  for_each = local.created

  domain_name               = each.value
  subject_alternative_names = var.alternative_names
  validation_method         = "DNS"
  key_algorithm             = var.key_algorithm
  tags                      = merge(var.tags, { Name = var.name })

  # Another name means another certificate, and the old one is in use until what uses it has the new one.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "proof" {
  for_each = local.proven

  zone_id = local.zone_id
  name    = local.proofs[each.key].name
  type    = local.proofs[each.key].type
  records = [local.proofs[each.key].value]
  ttl     = 300

  # ACM asks an account for the same record whenever a name is in one of its certificates: also the old one of a replacement.
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  for_each = var.wait ? local.created : {}

  certificate_arn         = aws_acm_certificate.this[each.key].arn
  validation_record_fqdns = [for record in aws_route53_record.proof : record.fqdn]
}

# In both modes: a name of this deployment, in a zone that may belong to another one.
resource "aws_route53_record" "alias" {
  for_each = local.aliases

  zone_id = local.zone_id
  name    = each.value.name
  type    = each.value.type

  alias {
    name                   = each.value.target_dns_name
    zone_id                = each.value.target_zone_id
    evaluate_target_health = each.value.evaluate_target_health
  }
}
