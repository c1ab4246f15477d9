mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode  = "reuse"
  name  = "shop"
  zones = { a = {}, b = {} }
  tiers = ["public", "private"]
  existing = {
    vpc     = { id = "vpc-0a1b2c3d4e5f60718" }
    public  = { a = "subnet-0000000000000000a", b = "subnet-0000000000000000b" }
    private = { a = "subnet-0000000000000001a", b = "subnet-0000000000000001b" }
  }
}

run "nothing_is_made" {
  assert {
    condition = sum([for made in [
      aws_vpc.this, aws_default_security_group.this, aws_subnet.this, aws_internet_gateway.this, aws_eip.nat, aws_nat_gateway.this,
      aws_route_table.this, aws_route_table_association.this, aws_route.internet, aws_route.nat,
      aws_cloudwatch_log_group.flow_logs, aws_iam_role.flow_logs, aws_iam_role_policy.flow_logs, aws_flow_log.this,
    ] : length(made)]) == 0
    error_message = "Something of a network that belongs to others is made or changed."
  }
}

run "outputs_are_those_of_create" {
  assert {
    condition     = output.vpc_id == "vpc-0a1b2c3d4e5f60718" && output.vpc_arn == data.aws_vpc.this["main"].arn && output.vpc_cidr_block == "10.20.0.0/16"
    error_message = "The outputs are not of the existing VPC."
  }
  assert {
    condition     = output.public_subnet_ids == { a = "subnet-0000000000000000a", b = "subnet-0000000000000000b" }
    error_message = "The public subnets are not those that were given."
  }
  assert {
    condition     = output.private_subnet_ids == { a = "subnet-0000000000000001a", b = "subnet-0000000000000001b" }
    error_message = "The private subnets are not those that were given."
  }
  assert {
    condition     = output.data_subnet_ids == {}
    error_message = "There are data subnets though the tier was not asked for."
  }
  assert {
    condition     = jsonencode(output.subnet_cidr_blocks["private"]) == jsonencode({ a = "10.20.1.0/24", b = "10.20.1.0/24" })
    error_message = "Addresses are not those of the existing subnets."
  }
  assert {
    condition     = output.zone_names["a"] == "eu-west-1a"
    error_message = "The zone is not that of the existing subnet."
  }
  assert {
    condition     = jsonencode(output.route_table_ids["private"]) == jsonencode({ a = "rtb-0f0e0d0c0b0a09080", b = "rtb-0f0e0d0c0b0a09080" })
    error_message = "The route tables are not those of the existing subnets."
  }
  assert {
    condition     = output.nat_gateway_ids == toset(["nat-0f0e0d0c0b0a09080"])
    error_message = "The NAT gateways are not those of the existing VPC."
  }
}

run "a_subnet_without_a_route_table_has_the_main_one" {
  override_data {
    target = data.aws_route_tables.this["private/a"]
    values = { ids = [] }
  }

  assert {
    condition     = output.route_table_ids["private"]["a"] == "rtb-0a1b2c3d4e5f60718"
    error_message = "A subnet of the main route table has none."
  }
}

run "a_subnet_of_another_vpc_is_refused" {
  command = plan

  override_data {
    target = data.aws_subnet.this["private/b"]
    values = { vpc_id = "vpc-0ffffffffffffffff" }
  }

  expect_failures = [data.aws_subnet.this["private/b"]]
}

run "a_network_that_this_module_made_is_found_by_its_name" {
  variables {
    existing = { vpc = { name = "team" } }
  }

  assert {
    condition     = one(data.aws_vpc.this["main"].filter).name == "tag:Name" && one(data.aws_vpc.this["main"].filter).values == toset(["team"])
    error_message = "The VPC is not looked up by its name."
  }
  assert {
    condition = alltrue([
      for key, found in data.aws_subnet.this :
      one(found.filter).values == toset(["team-${replace(key, "/", "-")}"]) && found.vpc_id == data.aws_vpc.this["main"].id
    ])
    error_message = "A subnet is not looked up by the name that the module gives, in that VPC."
  }
  assert {
    condition     = jsonencode(keys(output.private_subnet_ids)) == jsonencode(["a", "b"]) && output.vpc_id == data.aws_vpc.this["main"].id
    error_message = "The outputs are not of what was found."
  }
}
