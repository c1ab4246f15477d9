# The names that people know, and their certificates: one of this region for the load balancer, and where CloudFront stands before
# it, one of us-east-1 for the distribution.
locals {
  domains  = { for domain in var.domain[*] : "main" => domain }
  with_cdn = { for key, domain in local.domains : key => domain if domain.cdn }

  # What the load balancer answers to: a name of its own where people reach the distribution by theirs.
  entry           = { for key, domain in local.domains : key => domain.cdn ? "origin.${domain.name}" : domain.name }
  certificate_arn = one([for made in module.certificate : made.certificate_arn])
}

module "certificate" {
  source   = "../../../terraform/modules/dns-cert"
  for_each = local.domains

  name        = local.name
  zone_name   = each.value.zone_name
  existing    = { zone = each.value.zone_id }
  domain_name = local.entry[each.key]
  tags        = local.tags
}

resource "aws_route53_record" "load_balancer" {
  for_each = local.domains

  zone_id = each.value.zone_id
  name    = local.entry[each.key]
  type    = "A"

  alias {
    name                   = module.load_balancer.dns_name
    zone_id                = module.load_balancer.zone_id
    evaluate_target_health = false
  }
}

module "cdn_certificate" {
  source    = "../../../terraform/modules/dns-cert"
  for_each  = local.with_cdn
  providers = { aws = aws.us_east_1 }

  name        = local.name
  zone_name   = each.value.zone_name
  existing    = { zone = each.value.zone_id }
  domain_name = each.value.name
  tags        = local.tags
}

module "cdn" {
  source   = "../../../terraform/modules/cdn"
  for_each = local.with_cdn

  name            = local.name
  origins         = { wordpress = { kind = "load-balancer", domain_name = local.entry[each.key] } }
  aliases         = { site = { name = each.value.name, record = true, zone_id = each.value.zone_id } }
  certificate_arn = module.cdn_certificate[each.key].certificate_arn
  # Pages are made for whoever asks; what belongs to themes and uploads is the same for everybody.
  default = { origin = "wordpress", methods = "all", origin_request_policy = "Managed-AllViewer" }
  paths = {
    uploads  = { path = "/wp-content/*", precedence = 1, origin = "wordpress", origin_request_policy = "Managed-AllViewer" }
    includes = { path = "/wp-includes/*", precedence = 2, origin = "wordpress", origin_request_policy = "Managed-AllViewer" }
  }
  tags = local.tags
}
