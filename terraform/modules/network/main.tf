# The VPC, its subnets and their routes. Every resource is keyed by tier and zone, never by position, so that taking a zone away
# touches what is in that zone and nothing else.

data "aws_region" "current" {}

locals {
  create = var.mode == "create"

  # The id of the region is its name in every version of the provider; its attribute `name` is deprecated in version 6.
  region  = data.aws_region.current.id
  letters = split("", "abcdefghijklmnopqrstuvwxyz")
  zones = {
    for key, zone in var.zones : key => {
      name  = coalesce(zone.name, "${local.region}${key}")
      place = coalesce(zone.place, try(index(local.letters, key), null))
    }
  }

  # Half of the addresses are private, since that is where tasks and hosts are; the other half is shared.
  shares = {
    private = cidrsubnet(var.cidr_block, 1, 0)
    public  = cidrsubnet(var.cidr_block, 2, 2)
    data    = cidrsubnet(var.cidr_block, 2, 3)
  }
  subnets = {
    for pair in setproduct(var.tiers, keys(var.zones)) : "${pair[0]}/${pair[1]}" => {
      tier = pair[0]
      zone = pair[1]
      cidr = try(var.zones[pair[1]].cidr_blocks[pair[0]], cidrsubnet(local.shares[pair[0]], var.zone_bits, local.zones[pair[1]].place))
    }
  }

  created        = { for key, subnet in local.subnets : key => subnet if local.create }
  created_vpc    = local.create ? { main = var.cidr_block } : {}
  created_public = { for key, subnet in local.created : key => subnet if subnet.tier == "public" }

  # A network with one NAT gateway has it in the first zone under that zone's key: going to one in each keeps it.
  nat_zones = !local.create ? [] : var.nat == "per-zone" ? keys(var.zones) : var.nat == "single" ? [sort(keys(var.zones))[0]] : []

  # What `existing` must name, and all that it may, with the network's name or with ids. It depends on other variables only, so that
  # validations of `existing` can say it.
  expected = { for how, keys in {
    name = ["vpc.name"]
    id   = concat(["vpc.id"], [for pair in setproduct(var.tiers, keys(var.zones)) : join(".", pair)])
  } : how => keys if var.mode == "reuse" }
}

resource "aws_vpc" "this" {
  #checkov:skip=CKV2_AWS_11:Flow logs are on by default; checkov does not follow this["main"] to flow_logs.tf. A test holds it.
  #checkov:skip=CKV2_AWS_12:The default group is emptied below; checkov does not follow this["main"] to it. A test holds it.
  for_each = local.created_vpc

  cidr_block           = each.value
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = merge(var.tags, { Name = var.name })
}

# The group that AWS makes lets everything in it talk; empty, it serves nobody by accident.
resource "aws_default_security_group" "this" {
  for_each = local.created_vpc

  vpc_id = aws_vpc.this["main"].id
  tags   = merge(var.tags, { Name = "${var.name}-default-unused" })
}

resource "aws_subnet" "this" {
  for_each = local.created

  vpc_id            = aws_vpc.this["main"].id
  availability_zone = local.zones[each.value.zone].name
  cidr_block        = each.value.cidr
  # Also public subnets give no address by themselves: a load balancer and a NAT gateway bring their own.
  map_public_ip_on_launch = false
  tags = merge(var.tags, {
    Name = "${var.name}-${each.value.tier}-${each.value.zone}"
    tier = each.value.tier
  })

  # One that goes does so after what is in it has moved, which hangs until then.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_internet_gateway" "this" {
  for_each = length(local.created_public) > 0 ? local.created_vpc : {}

  vpc_id = aws_vpc.this["main"].id
  tags   = merge(var.tags, { Name = var.name })
}

resource "aws_eip" "nat" {
  for_each = toset(local.nat_zones)

  domain = "vpc"
  tags   = merge(var.tags, { Name = "${var.name}-nat-${each.key}" })

  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  for_each = toset(local.nat_zones)

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.this["public/${each.key}"].id
  tags          = merge(var.tags, { Name = "${var.name}-${each.key}" })

  depends_on = [aws_internet_gateway.this]
}

resource "aws_route_table" "this" {
  for_each = local.created

  vpc_id = aws_vpc.this["main"].id
  tags   = merge(var.tags, { Name = "${var.name}-${each.value.tier}-${each.value.zone}" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route_table_association" "this" {
  for_each = local.created

  route_table_id = aws_route_table.this[each.key].id
  subnet_id      = aws_subnet.this[each.key].id
}

resource "aws_route" "internet" {
  for_each = local.created_public

  route_table_id         = aws_route_table.this[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this["main"].id
}

resource "aws_route" "nat" {
  for_each = { for key, subnet in local.created : key => subnet.zone if subnet.tier == "private" && length(local.nat_zones) > 0 }

  route_table_id         = aws_route_table.this[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[contains(local.nat_zones, each.value) ? each.value : local.nat_zones[0]].id
}
