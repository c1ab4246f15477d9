mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "shop"
  tags = { application = "shop" }
}

run "three_zones_with_three_tiers_by_default" {
  command = plan

  assert {
    condition     = toset(keys(aws_subnet.this)) == toset([for pair in setproduct(["public", "private", "data"], ["a", "b", "c"]) : join("/", pair)])
    error_message = "There is not one subnet for each tier and zone: ${join(", ", keys(aws_subnet.this))}."
  }
  assert {
    condition     = output.zone_names == { a = "eu-west-1a", b = "eu-west-1b", c = "eu-west-1c" }
    error_message = "The keys are not the letters of the region's zones."
  }
  assert {
    condition = jsonencode(output.subnet_cidr_blocks) == jsonencode({
      private = { a = "10.0.0.0/20", b = "10.0.16.0/20", c = "10.0.32.0/20" }
      public  = { a = "10.0.128.0/21", b = "10.0.136.0/21", c = "10.0.144.0/21" }
      data    = { a = "10.0.192.0/21", b = "10.0.200.0/21", c = "10.0.208.0/21" }
    })
    error_message = "The addresses are not those that the zones' letters stand for: ${jsonencode(output.subnet_cidr_blocks)}."
  }
  assert {
    condition     = aws_subnet.this["data/b"].tags == tomap({ Name = "shop-data-b", application = "shop", tier = "data" })
    error_message = "A subnet lacks its tags."
  }
}

run "only_public_subnets_are_reached_from_outside" {
  command = plan

  assert {
    condition     = keys(aws_route.internet) == ["public/a", "public/b", "public/c"]
    error_message = "Routes to the internet gateway: ${join(", ", keys(aws_route.internet))}."
  }
  assert {
    condition     = keys(aws_route.nat) == ["private/a", "private/b", "private/c"]
    error_message = "Routes to a NAT gateway: ${join(", ", keys(aws_route.nat))}."
  }
  assert {
    condition     = !anytrue(values(aws_subnet.this)[*].map_public_ip_on_launch)
    error_message = "A subnet gives public addresses by itself."
  }
  assert {
    condition     = toset(keys(aws_route_table_association.this)) == toset(keys(aws_subnet.this))
    error_message = "A subnet is left to the main route table."
  }
  assert {
    condition     = length(aws_default_security_group.this) == 1
    error_message = "The default security group keeps the rules that AWS gave it."
  }
}

run "one_nat_gateway_serves_all_zones" {
  assert {
    condition     = keys(aws_nat_gateway.this) == ["a"] && keys(aws_eip.nat) == ["a"]
    error_message = "There is not one NAT gateway in the first zone: ${join(", ", keys(aws_nat_gateway.this))}."
  }
  assert {
    condition     = aws_nat_gateway.this["a"].subnet_id == output.public_subnet_ids["a"]
    error_message = "The NAT gateway is not in a public subnet."
  }
  assert {
    condition     = alltrue([for route in aws_route.nat : route.nat_gateway_id == aws_nat_gateway.this["a"].id])
    error_message = "A zone has no way out."
  }
  assert {
    condition = alltrue([
      for key, association in aws_route_table_association.this :
      association.subnet_id == aws_subnet.this[key].id && association.route_table_id == aws_route_table.this[key].id
    ])
    error_message = "A subnet has the routes of another."
  }
}

run "one_nat_gateway_per_zone_keeps_the_first" {
  variables {
    nat = "per-zone"
  }

  assert {
    condition     = keys(aws_nat_gateway.this) == ["a", "b", "c"]
    error_message = "There is not one NAT gateway in each zone: ${join(", ", keys(aws_nat_gateway.this))}."
  }
  assert {
    condition     = run.one_nat_gateway_serves_all_zones.nat_gateway_ids == toset([aws_nat_gateway.this["a"].id])
    error_message = "The NAT gateway that was there is replaced: its address, which others may have allowed, is lost."
  }
  assert {
    condition     = alltrue([for key, route in aws_route.nat : route.nat_gateway_id == aws_nat_gateway.this[split("/", key)[1]].id])
    error_message = "A zone leaves by another one, and is lost with it."
  }
}

run "the_plan_without_the_middle_zone" {
  command = plan

  variables {
    nat   = "per-zone"
    zones = { a = {}, c = {} }
  }

  # changes only: ["public/b"] ["private/b"] ["data/b"] ["b"]
  assert {
    condition     = keys(aws_subnet.this) == ["data/a", "data/c", "private/a", "private/c", "public/a", "public/c"]
    error_message = "More, or less, than the middle zone goes: ${join(", ", keys(aws_subnet.this))}."
  }
}

run "without_the_middle_zone" {
  variables {
    nat   = "per-zone"
    zones = { a = {}, c = {} }
  }

  assert {
    condition = jsonencode([output.public_subnet_ids, output.private_subnet_ids, output.data_subnet_ids]) == jsonencode([
      for tier in [
        run.one_nat_gateway_per_zone_keeps_the_first.public_subnet_ids,
        run.one_nat_gateway_per_zone_keeps_the_first.private_subnet_ids,
        run.one_nat_gateway_per_zone_keeps_the_first.data_subnet_ids,
      ] : { a = tier["a"], c = tier["c"] }
    ])
    error_message = "Taking the middle zone away replaces subnets of another one."
  }
}

run "no_nat_gateway_no_way_out" {
  command = plan

  variables {
    nat = "none"
  }

  assert {
    condition     = length(aws_nat_gateway.this) + length(aws_eip.nat) + length(aws_route.nat) == 0
    error_message = "There is a NAT gateway, or an address that is paid for without one."
  }
}

run "any_number_of_zones_and_any_tiers" {
  command = plan

  variables {
    zone_bits = 4
    tiers     = ["data"]
    nat       = "none"
    zones = {
      a   = {}
      f   = {}
      p   = {}
      lax = { name = "us-west-2-lax-1a", place = 9, cidr_blocks = { data = "10.0.255.0/24" } }
      den = { name = "us-west-2-den-1a", place = 10 }
    }
  }

  assert {
    condition = jsonencode(output.subnet_cidr_blocks) == jsonencode({
      data = { a = "10.0.192.0/22", den = "10.0.232.0/22", f = "10.0.212.0/22", lax = "10.0.255.0/24", p = "10.0.252.0/22" }
    })
    error_message = "The addresses are not those of the zones' places: ${jsonencode(output.subnet_cidr_blocks)}."
  }
  assert {
    condition     = aws_subnet.this["data/lax"].availability_zone == "us-west-2-lax-1a" && output.zone_names["f"] == "eu-west-1f"
    error_message = "A subnet is in another zone than was said."
  }
  assert {
    condition     = length(aws_internet_gateway.this) == 0 && output.public_subnet_ids == {} && output.private_subnet_ids == {}
    error_message = "A network without public subnets has a way to the internet."
  }
}

run "traffic_is_recorded_by_default" {
  assert {
    condition     = aws_flow_log.this["main"].traffic_type == "ALL" && aws_flow_log.this["main"].log_destination == aws_cloudwatch_log_group.flow_logs["main"].arn
    error_message = "Not all traffic is recorded in the log group."
  }
  assert {
    condition     = aws_flow_log.this["main"].vpc_id == aws_vpc.this["main"].id && aws_flow_log.this["main"].iam_role_arn == aws_iam_role.flow_logs["main"].arn
    error_message = "The VPC's records cannot be written."
  }
  assert {
    condition     = aws_cloudwatch_log_group.flow_logs["main"].retention_in_days == 90
    error_message = "Records are not kept for the days that are the default."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.flow_logs["main"].policy).Statement :
      alltrue([for resource in statement.Resource : startswith(resource, aws_cloudwatch_log_group.flow_logs["main"].arn)])
    ])
    error_message = "The role may write to more than its own log group."
  }
  assert {
    condition     = jsondecode(aws_iam_role.flow_logs["main"].assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "111111111111"
    error_message = "Another account's flow logs may use the role."
  }
}

run "traffic_is_recorded_in_a_bucket" {
  command = plan

  variables {
    flow_logs = { destination = "s3", bucket_arn = "arn:aws:s3:::records", traffic = "REJECT" }
  }

  assert {
    condition     = aws_flow_log.this["main"].log_destination_type == "s3" && aws_flow_log.this["main"].log_destination == "arn:aws:s3:::records"
    error_message = "The records do not go to the bucket."
  }
  assert {
    condition     = aws_flow_log.this["main"].traffic_type == "REJECT" && length(aws_cloudwatch_log_group.flow_logs) + length(aws_iam_role.flow_logs) == 0
    error_message = "A log group and a role are made that nothing uses."
  }
}

run "an_account_with_a_boundary_lets_the_role_be_made" {
  command   = plan
  state_key = "boundary"

  variables {
    path                 = "/team/"
    permissions_boundary = "arn:aws:iam::111111111111:policy/team-boundary"
  }

  assert {
    condition     = aws_iam_role.flow_logs["main"].path == "/team/" && aws_iam_role.flow_logs["main"].permissions_boundary == "arn:aws:iam::111111111111:policy/team-boundary"
    error_message = "The role lacks its path or its boundary."
  }
}

run "outputs_name_what_was_made" {
  assert {
    condition     = output.vpc_id == aws_vpc.this["main"].id && output.vpc_arn == aws_vpc.this["main"].arn && output.vpc_cidr_block == "10.0.0.0/16"
    error_message = "The outputs are not of the VPC."
  }
  assert {
    condition = alltrue([
      for key, id in output.data_subnet_ids : id == aws_subnet.this["data/${key}"].id && output.route_table_ids["data"][key] == aws_route_table.this["data/${key}"].id
    ]) && length(output.data_subnet_ids) == 3
    error_message = "The outputs are not of the subnets."
  }
  assert {
    condition     = output.nat_gateway_ids == toset([aws_nat_gateway.this["a"].id])
    error_message = "The outputs are not of the NAT gateway."
  }
}
