mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode           = "reuse"
  name           = "shop"
  vpc_id         = "vpc-0a1b2c3d4e5f60718"
  engine         = "postgres"
  engine_version = "17"
  database_name  = "shop"
  existing       = { instance = "team" }
}

run "nothing_is_made" {
  variables {
    clients = { web = { security_group_id = "sg-0000000000000000a" } }
  }

  assert {
    condition = sum([for made in [
      aws_db_instance.this, aws_db_subnet_group.this, aws_db_parameter_group.this, aws_security_group.this, aws_vpc_security_group_ingress_rule.clients,
      aws_cloudwatch_log_group.this, aws_iam_role.monitoring, aws_iam_role_policy_attachment.monitoring, terraform_data.final_snapshot,
    ] : length(made)]) == 0
    error_message = "Something of a database that belongs to others is made or changed."
  }
}

run "outputs_are_those_of_create" {
  assert {
    condition     = output.instance_id == "team" && output.instance_arn == "arn:aws:rds:eu-west-1:111111111111:db:found"
    error_message = "The outputs are not of the existing instance."
  }
  assert {
    condition     = output.address == "found.c1.eu-west-1.rds.amazonaws.com" && output.port == 5432 && output.database_name == "found" && output.username == "foundadmin"
    error_message = "The application would connect elsewhere."
  }
  assert {
    condition     = output.secret_arn == "arn:aws:secretsmanager:eu-west-1:111111111111:secret:rds!db-found-AbCdEf" && output.security_group_ids == toset(["sg-0f0e0d0c0b0a09080"])
    error_message = "Secret or security groups are not those of the existing instance."
  }
}

run "a_secret_of_ones_own_is_passed_on" {
  variables {
    existing = { instance = "team", secret = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:team-AbCdEf" }
  }

  override_data {
    target = data.aws_db_instance.this["main"]
    values = { engine = "postgres", master_user_secret = [] }
  }

  assert {
    condition     = output.secret_arn == "arn:aws:secretsmanager:eu-west-1:111111111111:secret:team-AbCdEf"
    error_message = "The secret is not the one that was given."
  }
}

run "an_instance_whose_password_nobody_knows_is_refused" {
  command = plan

  override_data {
    target = data.aws_db_instance.this["main"]
    values = { engine = "postgres", master_user_secret = [] }
  }

  expect_failures = [data.aws_db_instance.this["main"]]
}

run "an_instance_of_another_engine_is_refused" {
  command = plan

  override_data {
    target = data.aws_db_instance.this["main"]
    values = { engine = "mysql" }
  }

  expect_failures = [data.aws_db_instance.this["main"]]
}

run "an_instance_in_another_vpc_is_refused" {
  command = plan

  override_data {
    target = data.aws_db_subnet_group.this["main"]
    values = { vpc_id = "vpc-0ffffffffffffffff" }
  }

  expect_failures = [data.aws_db_subnet_group.this["main"]]
}
