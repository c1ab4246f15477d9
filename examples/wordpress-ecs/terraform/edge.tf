# The names that people know, and their certificates: one of this region for the load balancer, and where CloudFront stands before
# it, one of us-east-1 for the distribution.
locals {
  domains  = { for domain in var.domain[*] : "main" => domain }
  with_cdn = { for key, domain in local.domains : key => domain if domain.cdn }

  # What the load balancer answers to: a name of its own where people reach the distribution by theirs.
  entry           = { for key, domain in local.domains : key => domain.cdn ? "origin.${domain.name}" : domain.name }
  certificate_arn = one([for made in module.certificate : made.certificate_arn])

  # What the distribution says so that the load balancer knows it. Anybody may have a distribution, and all of them come from the
  # addresses that the load balancer is open to.
  secret_header = "X-Origin-Verify"
  secret        = one([for made in terraform_data.secret : sensitive(made.output.value)])
  # With it the load balancer answers CloudFront and nobody else, by TLS; else everybody.
  entrances = {
    cloudfront = { for found in data.aws_ec2_managed_prefix_list.cloudfront : "cloudfront" => { description = "From CloudFront", port = 443, prefix_list_id = found.id } }
    everybody = { for port in length(local.with_cdn) > 0 ? [] : var.domain == null ? [80] : [80, 443] :
      "port-${port}" => { description = "From everywhere", port = port, cidr_ipv4 = "0.0.0.0/0" }
    }
  }
}

# The addresses that distributions ask their origins from. AWS counts it as 55 of the 60 rules that a group may have.
data "aws_ec2_managed_prefix_list" "cloudfront" {
  for_each = local.with_cdn

  name = "com.amazonaws.global.cloudfront.origin-facing"
}

# Made by Terraform itself and kept in the state, which is encrypted. `terraform apply -replace` of it makes another one.
resource "terraform_data" "secret" {
  for_each = local.with_cdn

  input = { value = uuid() }

  lifecycle {
    ignore_changes = [input]
  }
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
  origins         = { wordpress = { kind = "load-balancer", domain_name = local.entry[each.key], secret_header = local.secret_header } }
  origin_secrets  = { wordpress = local.secret }
  aliases         = { site = { name = each.value.name, record = true, zone_id = each.value.zone_id } }
  certificate_arn = module.cdn_certificate[each.key].certificate_arn
  # Pages are made for whoever asks; what belongs to themes and uploads is the same for everybody.
  default = { origin = "wordpress", methods = "all", origin_request_policy = "Managed-AllViewer" }
  paths = {
    uploads  = { path = "/wp-content/*", precedence = 1, origin = "wordpress", cache_policy = "versions", origin_request_policy = "Managed-AllViewer" }
    includes = { path = "/wp-includes/*", precedence = 2, origin = "wordpress", cache_policy = "versions", origin_request_policy = "Managed-AllViewer" }
  }
  # WordPress asks for the files of a new version of a plugin by another ?ver=.
  cache_policies = { versions = { query_strings = ["ver"] } }
  tags           = local.tags
}
