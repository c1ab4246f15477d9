# Ways from a VPC to AWS that do not lead through the internet: gateways are routes and cost nothing, interfaces are addresses in
# each subnet and are paid by the hour.

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

locals {
  create = var.mode == "create"

  # The id of the region is its name in every version of the provider; its attribute `name` is deprecated in version 6.
  region = data.aws_region.current.id
  endpoints = {
    for key, endpoint in var.endpoints : key => {
      type        = endpoint.type
      private_dns = endpoint.private_dns
      service     = coalesce(endpoint.service_name, "com.amazonaws.${local.region}.${coalesce(endpoint.service, key)}")
      policy = endpoint.account_only ? jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Sid       = "AccountOnly"
          Effect    = "Allow"
          Principal = "*"
          Action    = "*"
          # What a principal may do is said where it is: this only says whose principals come through here.
          Resource  = "*"
          Condition = { StringEquals = { "aws:PrincipalAccount" = data.aws_caller_identity.current.account_id } }
        }]
      }) : endpoint.policy
    }
  }
  created           = { for key, endpoint in local.endpoints : key => endpoint if local.create }
  created_interface = { for key, endpoint in local.created : key => endpoint if endpoint.type == "interface" }

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode != "reuse" ? [] : concat(
    [for key in keys(var.endpoints) : "endpoints.${key}"],
    anytrue([for endpoint in var.endpoints : endpoint.type == "interface"]) ? ["security_group.id"] : [],
  )
}

resource "aws_vpc_endpoint" "gateway" {
  for_each = { for key, endpoint in local.created : key => endpoint if endpoint.type == "gateway" }

  vpc_id            = var.vpc_id
  vpc_endpoint_type = "Gateway"
  service_name      = each.value.service
  route_table_ids   = toset(flatten([for tables in var.route_table_ids : values(tables)]))
  policy            = each.value.policy
  tags              = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.created_interface

  vpc_id              = var.vpc_id
  vpc_endpoint_type   = "Interface"
  service_name        = each.value.service
  subnet_ids          = toset(values(var.subnet_ids))
  security_group_ids  = [aws_security_group.this["main"].id]
  private_dns_enabled = each.value.private_dns
  policy              = each.value.policy
  tags                = merge(var.tags, { Name = "${var.name}-${each.key}" })

  # Of S3 the usual name leads to an interface only from outside of the VPC, and is refused where there is no gateway, unless this is said.
  dynamic "dns_options" {
    for_each = each.value.private_dns && each.value.service == "com.amazonaws.${local.region}.s3" ? { main = "ipv4" } : {}

    content {
      dns_record_ip_type                             = dns_options.value
      private_dns_only_for_inbound_resolver_endpoint = false
    }
  }

  # Rules are there before anything is sent to the name that now leads here.
  depends_on = [aws_vpc_security_group_ingress_rule.this]
}

resource "aws_security_group" "this" {
  for_each = length(local.created_interface) > 0 ? { main = var.vpc_id } : {}

  # A prefix, so that a group that must be replaced can be made before the old one goes: that is in use until then.
  name_prefix = "${var.name}-endpoints-"
  description = "Endpoints of AWS services in the VPC"
  vpc_id      = each.value
  tags        = merge(var.tags, { Name = "${var.name}-endpoints" })

  lifecycle {
    create_before_destroy = true
  }
}

# Only the VPC comes in, and nothing goes out: an endpoint answers, it never asks.
resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = length(local.created_interface) > 0 ? var.cidr_blocks : {}

  security_group_id = aws_security_group.this["main"].id
  description       = "HTTPS from ${each.key}"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = each.value
  tags              = merge(var.tags, { Name = "${var.name}-endpoints-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}
