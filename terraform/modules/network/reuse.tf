# A network that belongs to somebody else: only looked up, never changed.

locals {
  reused_vpc = local.create ? {} : { main = { id = lookup(var.existing["vpc"], "id", null), name = lookup(var.existing["vpc"], "name", null) } }
  reused_subnets = {
    for key, subnet in local.subnets : key => {
      id   = try(var.existing[subnet.tier][subnet.zone], null)
      name = "${local.reused_vpc["main"].name == null ? "" : local.reused_vpc["main"].name}-${subnet.tier}-${subnet.zone}"
    } if !local.create
  }
}

data "aws_vpc" "this" {
  for_each = local.reused_vpc

  id = each.value.id

  dynamic "filter" {
    for_each = each.value.name[*]
    content {
      name   = "tag:Name"
      values = [filter.value]
    }
  }
}

data "aws_subnet" "this" {
  for_each = local.reused_subnets

  id     = each.value.id
  vpc_id = each.value.id == null ? data.aws_vpc.this["main"].id : null

  dynamic "filter" {
    for_each = each.value.id == null ? [each.value.name] : []
    content {
      name   = "tag:Name"
      values = [filter.value]
    }
  }

  lifecycle {
    postcondition {
      condition     = self.vpc_id == data.aws_vpc.this["main"].id
      error_message = "existing: ${each.key} is ${self.id}, which is in ${self.vpc_id}, not in ${data.aws_vpc.this["main"].id}."
    }
  }
}

data "aws_route_tables" "this" {
  for_each = local.reused_subnets

  filter {
    name   = "association.subnet-id"
    values = [data.aws_subnet.this[each.key].id]
  }
}

data "aws_nat_gateways" "this" {
  for_each = local.reused_vpc

  vpc_id = data.aws_vpc.this[each.key].id

  filter {
    name   = "state"
    values = ["available"]
  }
}
