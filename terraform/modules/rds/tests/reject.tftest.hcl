mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name           = "shop"
  vpc_id         = "vpc-0a1b2c3d4e5f60718"
  subnet_ids     = { a = "subnet-0000000000000000a", b = "subnet-0000000000000000b" }
  clients        = { web = { security_group_id = "sg-0000000000000000a" } }
  engine         = "mysql"
  engine_version = "8.4"
  database_name  = "shop"
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "nothing_to_reuse" {
  command = plan
  variables {
    mode = "reuse"
  }
  # says: existing lacks: instance
  expect_failures = [var.existing]
}

run "surplus_id" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { instance = "team", instanze = "team" }
  }
  # says: mode is reuse and existing has unused keys: instanze
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { instance = "team" }
  }
  # says: mode is create and existing has unused keys: instance
  expect_failures = [var.existing]
}

run "a_password_for_a_secret" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { instance = "team", secret = "hunter2" }
  }
  # says: existing.secret is the ARN of a Secrets Manager secret
  expect_failures = [var.existing]
}

run "bad_name" {
  command = plan
  variables {
    name = "Shop DB"
  }
  # says: not Shop DB
  expect_failures = [var.name]
}

run "one_zone" {
  command = plan
  variables {
    subnet_ids = { a = "subnet-1" }
  }
  # says: two zones at least
  expect_failures = [var.subnet_ids]
}

run "a_client_that_is_two" {
  command = plan
  variables {
    clients = { web = { security_group_id = "sg-1", cidr_block = "10.0.0.0/8" } }
  }
  # says: not so: web
  expect_failures = [var.clients]
}

run "everybody_as_client" {
  command = plan
  variables {
    clients = { all = { cidr_block = "0.0.0.0/0" } }
  }
  # says: never the whole internet; not so: all = 0.0.0.0/0
  expect_failures = [var.clients]
}

run "nobody_as_client" {
  command = plan
  variables {
    clients = {}
  }
  # says: Nobody could connect
  expect_failures = [var.security_group_ids]
}

run "a_minor_version_that_aws_would_raise" {
  command = plan
  variables {
    engine_version = "8.4.3"
  }
  # says: without the minor version, which AWS raises; not 8.4.3
  expect_failures = [var.engine_version]
}

run "tls_by_a_parameter" {
  command = plan
  variables {
    parameters = { require_secure_transport = { value = "0" } }
  }
  # says: tls_required decides whether connections need TLS, not parameters
  expect_failures = [var.parameters]
}

run "no_backup" {
  command = plan
  variables {
    backup = { days = 0 }
  }
  # says: backup.days is 1 to 35, not 0
  expect_failures = [var.backup]
}

run "logs_for_ever" {
  command = plan
  variables {
    logs = { retention_days = 0 }
  }
  # says: logs.retention_days is one of the numbers that CloudWatch takes
  expect_failures = [var.logs]
}

run "a_role_that_is_made_and_given" {
  command = plan
  variables {
    enhanced_monitoring = { role_arn = "arn:aws:iam::111111111111:role/given" }
  }
  # says: enhanced_monitoring takes a role_arn with make_role = false
  expect_failures = [var.enhanced_monitoring]
}

run "insights_of_a_small_instance" {
  command = plan
  variables {
    instance_class = "db.t4g.micro"
  }
  # says: mysql on db.t4g.micro has no performance insights
  expect_failures = [var.performance_insights]
}

run "a_major_upgrade_that_waits_in_its_old_parameter_group" {
  command = plan
  variables {
    allow_major_version_upgrade = true
  }
  # says: which is of the old family and which Terraform could not delete
  expect_failures = [var.allow_major_version_upgrade]
}

run "a_path_without_an_end" {
  command = plan
  variables {
    path = "/delivery"
  }
  # says: path begins and ends with /, not /delivery
  expect_failures = [var.path]
}

run "a_boundary_by_name" {
  command = plan
  variables {
    permissions_boundary = "developers"
  }
  # says: permissions_boundary is the ARN of a policy, not developers
  expect_failures = [var.permissions_boundary]
}
