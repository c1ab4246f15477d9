mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode      = "reuse"
  name      = "shop"
  vpc_id    = "vpc-0a1b2c3d4e5f60718"
  endpoints = { s3 = { type = "gateway" }, logs = {} }
  existing = {
    endpoints      = { s3 = "vpce-0000000000000000a", logs = "vpce-0000000000000000b" }
    security_group = { id = "sg-0000000000000000a" }
  }
}

override_data {
  target = data.aws_vpc_endpoint.this["s3"]
  values = {
    vpc_id            = "vpc-0a1b2c3d4e5f60718"
    service_name      = "com.amazonaws.eu-west-1.s3"
    vpc_endpoint_type = "Gateway"
    prefix_list_id    = "pl-0000000000000000a"
  }
}

run "nothing_is_made_and_outputs_are_those_of_create" {
  assert {
    condition     = sum([for made in [aws_vpc_endpoint.gateway, aws_vpc_endpoint.interface, aws_security_group.this, aws_vpc_security_group_ingress_rule.this] : length(made)]) == 0
    error_message = "Something is made in a network that belongs to others."
  }
  assert {
    condition     = jsonencode(output.endpoint_ids) == jsonencode({ logs = "vpce-0000000000000000b", s3 = "vpce-0000000000000000a" }) && output.security_group_id == "sg-0000000000000000a"
    error_message = "The endpoints are not those that were given."
  }
  assert {
    condition     = jsonencode(output.prefix_list_ids) == jsonencode({ s3 = "pl-0000000000000000a" }) && jsonencode(output.dns_names) == jsonencode({ logs = "vpce-0f0e0d0c0b0a09080-found.vpce.amazonaws.com" }) && output.endpoint_arns["logs"] == data.aws_vpc_endpoint.this["logs"].arn
    error_message = "The outputs are not of the existing endpoints."
  }
}

run "a_gateway_alone_needs_no_group" {
  command = plan

  variables {
    endpoints = { s3 = { type = "gateway" } }
    existing  = { endpoints = { s3 = "vpce-0000000000000000a" } }
  }

  assert {
    condition     = output.security_group_id == null && length(data.aws_security_group.this) == 0
    error_message = "A group is looked up that nothing is in."
  }
}

run "what_is_in_another_vpc_is_refused" {
  command = plan

  override_data {
    target = data.aws_vpc_endpoint.this["logs"]
    values = { vpc_id = "vpc-0ffffffffffffffff", service_name = "com.amazonaws.eu-west-1.logs", vpc_endpoint_type = "Interface" }
  }

  override_data {
    target = data.aws_security_group.this["main"]
    values = { vpc_id = "vpc-0ffffffffffffffff" }
  }

  expect_failures = [data.aws_vpc_endpoint.this["logs"], data.aws_security_group.this["main"]]
}

run "an_endpoint_for_another_service_is_refused" {
  command = plan

  override_data {
    target = data.aws_vpc_endpoint.this["logs"]
    values = { vpc_id = "vpc-0a1b2c3d4e5f60718", service_name = "com.amazonaws.eu-west-1.ssm", vpc_endpoint_type = "Interface" }
  }

  expect_failures = [data.aws_vpc_endpoint.this["logs"]]
}
