# A network that belongs to somebody else: only looked up, never changed.

locals {
  reused_vpc     = local.create ? {} : { main = var.existing["vpc"]["id"] }
  reused_subnets = { for key, subnet in local.subnets : key => var.existing[subnet.tier][subnet.zone] if !local.create }
}

data "aws_vpc" "this" {
  for_each = local.reused_vpc

  id = each.value
}

data "aws_subnet" "this" {
  for_each = local.reused_subnets

  id = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.existing["vpc"]["id"]
      error_message = "existing: ${each.key} is ${each.value}, which is in ${self.vpc_id}, not in ${var.existing["vpc"]["id"]}."
    }
  }
}

data "aws_route_tables" "this" {
  for_each = local.reused_subnets

  filter {
    name   = "association.subnet-id"
    values = [each.value]
  }
}

data "aws_nat_gateways" "this" {
  for_each = local.reused_vpc

  vpc_id = each.value

  filter {
    name   = "state"
    values = ["available"]
  }
}
