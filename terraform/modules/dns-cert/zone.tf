# The zone, new or existing.

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  zone_id     = local.create_zone ? aws_route53_zone.this["main"].zone_id : data.aws_route53_zone.this["main"].zone_id
  query_log   = local.create_zone && var.query_log.enabled ? { main = var.zone_name } : {}
  reused_zone = local.create_zone ? {} : { main = var.existing["zone"] }
}

resource "aws_route53_zone" "this" {
  #checkov:skip=CKV2_AWS_38:DNSSEC needs a record in the parent zone, which is another's; signed without it the zone cannot be resolved
  #checkov:skip=CKV2_AWS_39:Optional: its log group must be in us-east-1
  for_each = local.create_zone ? { main = var.zone_name } : {}

  name          = each.value
  comment       = var.name
  force_destroy = false
  tags          = var.tags
}

# Who may issue certificates for names of the zone.
resource "aws_route53_record" "caa" {
  for_each = local.create && length(var.caa_issuers) > 0 ? { main = var.zone_name } : {}

  zone_id = local.zone_id
  name    = each.value
  type    = "CAA"
  records = [for issuer in var.caa_issuers : "0 issue \"${issuer}\""]
  ttl     = 3600
}

data "aws_route53_zone" "this" {
  for_each = local.reused_zone

  zone_id = each.value

  lifecycle {
    postcondition {
      condition     = trimsuffix(self.name, ".") == var.zone_name
      error_message = "existing: zone ${each.value} is ${trimsuffix(self.name, ".")}, not ${var.zone_name}."
    }
    postcondition {
      condition     = self.private_zone != true
      error_message = "existing: zone ${each.value} is private; a certificate can only be validated in a public zone."
    }
  }
}

# The data source finds the newest issued certificate of the name; it must be the given one.
data "aws_acm_certificate" "this" {
  for_each = local.create ? {} : { main = var.existing["certificate"] }

  domain      = var.domain_name
  statuses    = ["ISSUED"]
  key_types   = ["RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]
  most_recent = true

  lifecycle {
    postcondition {
      condition     = self.arn == each.value
      error_message = "existing: the newest issued certificate of ${var.domain_name} is ${self.arn}, not ${each.value}."
    }
  }
}

resource "aws_cloudwatch_log_group" "queries" {
  for_each = local.query_log

  name              = "/aws/route53/${each.value}"
  retention_in_days = var.query_log.retention_days
  kms_key_id        = var.query_log.kms_key_arn
  tags              = var.tags

  lifecycle {
    precondition {
      condition     = data.aws_region.current.id == "us-east-1"
      error_message = "Route 53 logs queries in us-east-1 only, and the provider of this module is in ${data.aws_region.current.id}."
    }
  }
}

resource "aws_cloudwatch_log_resource_policy" "queries" {
  for_each = local.query_log

  policy_name = "route53-${replace(each.value, ".", "-")}"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "route53.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "${aws_cloudwatch_log_group.queries[each.key].arn}:*"
      Condition = {
        ArnLike      = { "aws:SourceArn" = aws_route53_zone.this["main"].arn }
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
      }
    }]
  })
}

resource "aws_route53_query_log" "this" {
  for_each = local.query_log

  zone_id                  = aws_route53_zone.this["main"].zone_id
  cloudwatch_log_group_arn = aws_cloudwatch_log_group.queries[each.key].arn

  depends_on = [aws_cloudwatch_log_resource_policy.queries]
}
