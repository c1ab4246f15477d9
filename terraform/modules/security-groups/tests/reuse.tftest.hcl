mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode     = "reuse"
  name     = "shop"
  vpc_id   = "vpc-0a1b2c3d4e5f60718"
  groups   = { load-balancer = {}, web = { ingress = { ssh = { description = "Staff", port = 22, cidr_ipv4 = "10.0.0.0/16" } }, egress_all = true } }
  existing = { load-balancer = "sg-0000000000000000a", web = "sg-0000000000000000b" }
}

run "nothing_is_made_and_outputs_are_those_of_create" {
  assert {
    condition = sum([for made in [
      aws_security_group.this, aws_vpc_security_group_ingress_rule.this, aws_vpc_security_group_egress_rule.this,
      aws_vpc_security_group_egress_rule.all, aws_default_security_group.this,
    ] : length(made)]) == 0
    error_message = "Something is made in, or of, groups that belong to others."
  }
  assert {
    condition     = jsonencode(output.security_group_ids) == jsonencode({ load-balancer = "sg-0000000000000000a", web = "sg-0000000000000000b" })
    error_message = "The groups are not those that were given."
  }
  assert {
    condition     = output.security_group_arns["web"] == data.aws_security_group.this["web"].arn && output.vpc_id == "vpc-0a1b2c3d4e5f60718"
    error_message = "The outputs are not of the existing groups."
  }
}

run "a_group_of_another_vpc_is_refused" {
  command = plan

  override_data {
    target = data.aws_security_group.this["web"]
    values = { vpc_id = "vpc-0ffffffffffffffff" }
  }

  expect_failures = [data.aws_security_group.this["web"]]
}
