locals {
  vpc = local.create ? {
    id = aws_vpc.this["main"].id, arn = aws_vpc.this["main"].arn, cidr = aws_vpc.this["main"].cidr_block
    } : {
    id = data.aws_vpc.this["main"].id, arn = data.aws_vpc.this["main"].arn, cidr = data.aws_vpc.this["main"].cidr_block
  }
  every_subnet = {
    for key, subnet in local.subnets : key => {
      tier = subnet.tier
      zone = subnet.zone
      id   = local.create ? aws_subnet.this[key].id : data.aws_subnet.this[key].id
      cidr = local.create ? aws_subnet.this[key].cidr_block : data.aws_subnet.this[key].cidr_block
      name = local.create ? aws_subnet.this[key].availability_zone : data.aws_subnet.this[key].availability_zone
      # A subnet that nobody gave a table has the VPC's main one.
      routes = local.create ? aws_route_table.this[key].id : try(data.aws_route_tables.this[key].ids[0], data.aws_vpc.this["main"].main_route_table_id)
    }
  }
}

output "vpc_id" {
  description = "Id of the VPC."
  value       = local.vpc.id
}

output "vpc_arn" {
  description = "ARN of the VPC: what policies name."
  value       = local.vpc.arn
}

output "vpc_cidr_block" {
  description = "Addresses of the VPC."
  value       = local.vpc.cidr
}

output "zone_names" {
  description = "Name of the availability zone, by key of `zones`."
  value       = { for key in keys(var.zones) : key => [for subnet in local.every_subnet : subnet.name if subnet.zone == key][0] }
}

output "public_subnet_ids" {
  description = "Ids of the public subnets, by zone; empty if there is no such tier."
  value       = { for subnet in local.every_subnet : subnet.zone => subnet.id if subnet.tier == "public" }

  # AWS refuses a public load balancer or address in a VPC without a gateway, and lets the gateway go only after them.
  depends_on = [aws_route.internet, aws_route_table_association.this]
}

output "private_subnet_ids" {
  description = "Ids of the private subnets, by zone; empty if there is no such tier."
  value       = { for subnet in local.every_subnet : subnet.zone => subnet.id if subnet.tier == "private" }

  # What starts there fetches packages and images at once: by then there is a way.
  depends_on = [aws_route.nat, aws_route_table_association.this]
}

output "data_subnet_ids" {
  description = "Ids of the data subnets, by zone; empty if there is no such tier."
  value       = { for subnet in local.every_subnet : subnet.zone => subnet.id if subnet.tier == "data" }
}

output "subnet_cidr_blocks" {
  description = "Addresses of each subnet, by tier and zone."
  value       = { for tier in var.tiers : tier => { for subnet in local.every_subnet : subnet.zone => subnet.cidr if subnet.tier == tier } }
}

output "route_table_ids" {
  description = "Route table of each subnet, by tier and zone, for gateway endpoints."
  value       = { for tier in var.tiers : tier => { for subnet in local.every_subnet : subnet.zone => subnet.routes if subnet.tier == tier } }
}

output "nat_gateway_ids" {
  description = "NAT gateways of the VPC, in no order."
  value       = local.create ? toset(values(aws_nat_gateway.this)[*].id) : toset(data.aws_nat_gateways.this["main"].ids)
}
