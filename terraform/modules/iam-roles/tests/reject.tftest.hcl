mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "shop"
  roles = {
    agent = { kind = "build", trust = { by = "ec2" } }
    task  = { kind = "task", trust = { by = "ecs-tasks" } }
  }
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "missing_profile" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { roles = { agent = "a", task = "t" } }
  }
  # says: existing lacks: instance_profiles.agent
  expect_failures = [var.existing]
}

run "surplus_role" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { roles = { agent = "a", task = "t", tsak = "x" }, instance_profiles = { agent = "p" } }
  }
  # says: mode is reuse and existing has unused keys: roles.tsak
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { roles = { task = "t" } }
  }
  # says: mode is create and existing has unused keys: roles.task
  expect_failures = [var.existing]
}

run "unknown_kind" {
  command = plan
  variables {
    roles = { web = { kind = "admin", trust = { by = "ec2" } } }
  }
  # says: not all are: web = admin
  expect_failures = [var.roles]
}

run "unknown_trust" {
  command = plan
  variables {
    roles = { web = { kind = "task", trust = { by = "anyone" } } }
  }
  # says: not all are: web = anyone
  expect_failures = [var.roles]
}

run "name_too_long" {
  command = plan
  variables {
    roles = { a-very-long-key-that-makes-the-name-of-this-role-longer-than-iam-takes = { kind = "task", trust = { by = "ecs-tasks" } } }
  }
  # says: The name of a role is up to 64
  expect_failures = [var.roles]
}

run "oidc_without_subjects" {
  command = plan
  variables {
    roles = { plan = { kind = "plan", trust = { by = "oidc", provider_arn = "arn:aws:iam::111111111111:oidc-provider/x.example.com" } } }
  }
  # says: trust.by = oidc needs provider_arn, subjects and audiences
  expect_failures = [var.roles]
}

run "every_repository_of_a_provider" {
  command = plan
  variables {
    roles = { plan = { kind = "plan", trust = { by = "oidc", provider_arn = "arn:aws:iam::111111111111:oidc-provider/x.example.com", subjects = ["repo:*"] } } }
  }
  # says: A subject names at least two parts before its first wildcard
  expect_failures = [var.roles]
}

run "everyone_as_principal" {
  command = plan
  variables {
    roles = { deploy = { kind = "deploy", trust = { by = "principals", principals = ["*"] } } }
  }
  # says: never everyone; not all are: *
  expect_failures = [var.roles]
}

run "external_id_for_nobody" {
  command = plan
  variables {
    roles = { task = { kind = "task", trust = { by = "ecs-tasks", external_id = "x" } } }
  }
  # says: trust.by = principals needs principals
  expect_failures = [var.roles]
}

run "what_the_kind_has_no_use_for" {
  command = plan
  variables {
    roles = { task = { kind = "task", trust = { by = "ecs-tasks" }, may = { repositorys = ["arn:aws:ecr:eu-west-1:111111111111:repository/a"] } } }
  }
  # says: task, task: repositorys
  expect_failures = [var.roles]
}

run "everything_of_a_kind" {
  command = plan
  variables {
    roles = { host = { kind = "instance", trust = { by = "ec2" }, may = { secrets = ["arn:aws:secretsmanager:eu-west-1:111111111111:secret:*"] } } }
  }
  # says: may takes ARNs that name something
  expect_failures = [var.roles]
}

run "unknown_area" {
  command = plan
  variables {
    roles = { plan = { kind = "plan", trust = { by = "ec2" }, may = { areas = ["billing"] } } }
  }
  # says: areas are network, compute
  expect_failures = [var.roles]
}

run "every_name" {
  command = plan
  variables {
    roles = { plan = { kind = "plan", trust = { by = "ec2" }, may = { names = ["*"] } } }
  }
  # says: names say what they begin with
  expect_failures = [var.roles]
}

run "write_on_everything" {
  command = plan
  variables {
    roles = { task = { kind = "task", trust = { by = "ecs-tasks" }, statements = { Mail = { actions = ["ses:SendEmail"], resources = ["*"] } } } }
  }
  # says: needs a wildcard_reason: task.Mail
  expect_failures = [var.roles]
}

run "sessions_of_terraform" {
  command = plan
  variables {
    roles = { plan = { kind = "plan", trust = { by = "ec2" }, session_manager = true } }
  }
  # says: session_manager is for kinds build, instance and task, not for: plan
  expect_failures = [var.roles]
}

run "bad_boundary" {
  command = plan
  variables {
    permissions_boundary = "boundary"
  }
  # says: permissions_boundary is the ARN of a policy, not boundary
  expect_failures = [var.permissions_boundary]
}
