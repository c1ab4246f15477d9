mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name            = "shop"
  vpc_id          = "vpc-0a1b2c3d4e5f60718"
  subnet_ids      = { a = "subnet-0000000000000000a", b = "subnet-0000000000000000b" }
  cidr_blocks     = { vpc = "10.0.0.0/16", peer = "10.1.0.0/16" }
  route_table_ids = { private = { a = "rtb-0000000000000000a", b = "rtb-0000000000000000b" }, data = { a = "rtb-0000000000000000b" } }
  tags            = { application = "shop" }
  endpoints = {
    s3        = { type = "gateway" }
    "ecr.api" = { account_only = true }
    logs      = { private_dns = false, policy = "{\"Statement\":[]}" }
    partner   = { service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0a1b2c3d4e5f60718" }
    registry  = { service = "ecr.dkr" }
  }
}

run "endpoints_are_of_their_service" {
  command = plan

  assert {
    condition = jsonencode({ for key, endpoint in aws_vpc_endpoint.interface : key => [endpoint.vpc_endpoint_type, endpoint.service_name, endpoint.private_dns_enabled] }) == jsonencode({
      "ecr.api" = ["Interface", "com.amazonaws.eu-west-1.ecr.api", true]
      logs      = ["Interface", "com.amazonaws.eu-west-1.logs", false]
      partner   = ["Interface", "com.amazonaws.vpce.eu-west-1.vpce-svc-0a1b2c3d4e5f60718", true]
      registry  = ["Interface", "com.amazonaws.eu-west-1.ecr.dkr", true]
    })
    error_message = "An interface is for another service, or has another name, than was said."
  }
  assert {
    condition = (
      aws_vpc_endpoint.gateway["s3"].vpc_endpoint_type == "Gateway" && aws_vpc_endpoint.gateway["s3"].service_name == "com.amazonaws.eu-west-1.s3" &&
      aws_vpc_endpoint.gateway["s3"].route_table_ids == toset(["rtb-0000000000000000a", "rtb-0000000000000000b"]) && length(aws_vpc_endpoint.gateway) == 1
    )
    error_message = "The gateway is for another service, or not every route table leads to it."
  }
  assert {
    condition = alltrue([
      for key, endpoint in merge(aws_vpc_endpoint.interface, aws_vpc_endpoint.gateway) :
      endpoint.vpc_id == "vpc-0a1b2c3d4e5f60718" && endpoint.tags == tomap({ Name = "shop-${key}", application = "shop" })
    ]) && aws_vpc_endpoint.interface["logs"].subnet_ids == toset(["subnet-0000000000000000a", "subnet-0000000000000000b"])
    error_message = "An endpoint lacks its VPC, its subnets or its tags."
  }
  assert {
    condition     = length(data.aws_vpc_endpoint.this) + length(data.aws_security_group.this) == 0
    error_message = "Something is looked up though it is made."
  }
}

run "the_usual_name_of_s3_leads_to_its_interface" {
  command = plan

  variables {
    endpoints = { s3 = {}, private = { service = "s3", private_dns = false }, logs = {} }
  }

  assert {
    condition     = [for option in aws_vpc_endpoint.interface["s3"].dns_options : option.private_dns_only_for_inbound_resolver_endpoint] == [false]
    error_message = "AWS would refuse an interface of S3 where there is no gateway."
  }
  assert {
    condition     = length(aws_vpc_endpoint.interface["private"].dns_options) + length(aws_vpc_endpoint.interface["logs"].dns_options) == 0
    error_message = "A choice that only the usual name of S3 has is made elsewhere."
  }
}

run "policies_narrow_where_it_is_said" {
  command = plan

  assert {
    condition     = jsondecode(aws_vpc_endpoint.interface["ecr.api"].policy).Statement[0].Condition.StringEquals["aws:PrincipalAccount"] == "111111111111"
    error_message = "Other accounts' principals come through."
  }
  assert {
    condition     = aws_vpc_endpoint.interface["logs"].policy == "{\"Statement\":[]}"
    error_message = "The policy is not the one that was given."
  }
}

run "only_the_network_asks_and_only_over_tls" {
  assert {
    condition = jsonencode({
      for key, rule in aws_vpc_security_group_ingress_rule.this : key => [rule.ip_protocol, rule.from_port, rule.to_port, rule.cidr_ipv4, rule.security_group_id == aws_security_group.this["main"].id]
    }) == jsonencode({ peer = ["tcp", 443, 443, "10.1.0.0/16", true], vpc = ["tcp", 443, 443, "10.0.0.0/16", true] })
    error_message = "Others than the network's addresses come in, or on other ports than 443."
  }
  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.security_group_ids == toset([aws_security_group.this["main"].id])]) && aws_security_group.this["main"].vpc_id == "vpc-0a1b2c3d4e5f60718"
    error_message = "An interface is in another group than the endpoints'."
  }
  assert {
    condition = (
      output.security_group_id == aws_security_group.this["main"].id && output.prefix_list_ids == { s3 = "pl-0a1b2c3d4e5f60718" } &&
      keys(output.dns_names) == ["ecr.api", "logs", "partner", "registry"] && output.dns_names["logs"] == aws_vpc_endpoint.interface["logs"].dns_entry[0]["dns_name"]
    )
    error_message = "The outputs are not of the endpoints."
  }
  assert {
    condition     = output.endpoint_ids["s3"] == aws_vpc_endpoint.gateway["s3"].id && output.endpoint_ids["logs"] == aws_vpc_endpoint.interface["logs"].id && length(output.endpoint_arns) == 5
    error_message = "The ids are not by key."
  }
}

run "the_plan_without_one_endpoint_and_one_network" {
  command = plan

  variables {
    cidr_blocks = { vpc = "10.0.0.0/16" }
    endpoints = {
      s3        = { type = "gateway" }
      "ecr.api" = { account_only = true }
      logs      = { private_dns = false, policy = "{\"Statement\":[]}" }
      partner   = { service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0a1b2c3d4e5f60718" }
    }
  }

  # changes only: ["registry"] ["peer"]
  assert {
    condition     = keys(aws_vpc_endpoint.interface) == ["ecr.api", "logs", "partner"]
    error_message = "More, or less, than one endpoint goes."
  }
}

run "gateways_need_no_group" {
  command = plan

  variables {
    endpoints   = { s3 = { type = "gateway" }, dynamodb = { type = "gateway" } }
    subnet_ids  = {}
    cidr_blocks = {}
  }

  assert {
    condition     = length(aws_security_group.this) + length(aws_vpc_security_group_ingress_rule.this) == 0 && output.security_group_id == null && output.dns_names == {}
    error_message = "A group is made that nothing is in."
  }
}
