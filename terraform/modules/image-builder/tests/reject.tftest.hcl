mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                  = "shop"
  subnet_id             = "subnet-0000000000000001a"
  security_group_ids    = ["sg-0a1b2c3d4e5f60718"]
  instance_profile_name = "shop-build"
  instance_role_arn     = "arn:aws:iam::111111111111:role/shop-build"
  images                = { web = { steps = { one = { commands = ["true"] } } } }
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "missing_parameter" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { documents = { web = "team-web" }, role = { name = "found" } }
  }
  # says: existing lacks: parameters.web
  expect_failures = [var.existing]
}

run "surplus_document" {
  command = plan
  variables {
    existing = { documents = { web = "team-web" } }
  }
  # says: mode is create and existing has unused keys: documents.web
  expect_failures = [var.existing]
}

run "a_name_of_aws_own" {
  command = plan
  variables {
    name = "aws-images"
  }
  # says: not aws-images
  expect_failures = [var.name]
}

run "unknown_system" {
  command = plan
  variables {
    images = { web = { os = "windows", steps = { one = { commands = ["true"] } } } }
  }
  # says: not: windows x86_64
  expect_failures = [var.images]
}

run "a_type_of_another_architecture" {
  command = plan
  variables {
    images = { web = { instance_type = "t4g.small", steps = { one = { commands = ["true"] } } } }
  }
  # says: web (t4g.small)
  expect_failures = [var.images]
}

run "two_base_images" {
  command = plan
  variables {
    images = { web = { ami_id = "ami-0a1b2c3d4e5f60718", parameter = "/base", steps = { one = { commands = ["true"] } } } }
  }
  # says: excludes parameter; not so: web
  expect_failures = [var.images]
}

run "nothing_to_do" {
  command = plan
  variables {
    images = { web = {} }
  }
  # says: at least one step; without: web
  expect_failures = [var.images]
}

run "a_step_of_two_kinds" {
  command = plan
  variables {
    images = { web = { steps = { one = { commands = ["true"], playbook = { file = "a.yml", s3_url = "https://s3.amazonaws.com/a" } } } } }
  }
  # says: and not both; not so: web.one
  expect_failures = [var.images]
}

run "a_playbook_from_nowhere" {
  command = plan
  variables {
    images = { web = { steps = { one = { playbook = { file = "a.yml" } } } } }
  }
  # says: or from github; not so: web.one
  expect_failures = [var.images]
}

run "a_variable_that_the_shell_would_read" {
  command = plan
  variables {
    images = { web = { steps = { one = { playbook = { file = "a.yml", s3_url = "https://s3.amazonaws.com/a", variables = { color = "$(id)" } } } } } }
  }
  # says: not all are: color=$(id)
  expect_failures = [var.images]
}

run "a_line_that_systems_manager_would_read" {
  command = plan
  variables {
    images = { web = { steps = { one = { commands = ["docker ps --format '{{.ID}}'"] } } } }
  }
  # says: docker ps --format '{{.ID}}'
  expect_failures = [var.images]
}

run "shared_but_not_to_be_started" {
  command = plan
  variables {
    images = { web = { share_with = ["222222222222"], steps = { one = { commands = ["true"] } } } }
  }
  # says: root_volume.kms_key_arn, which is missing for web
  expect_failures = [var.images]
}

run "bad_schedule" {
  command = plan
  variables {
    images = { web = { schedule = "monday", steps = { one = { commands = ["true"] } } } }
  }
  # says: not monday
  expect_failures = [var.images]
}

run "two_images_in_one_parameter" {
  command = plan
  variables {
    images = { web = { parameter_name = "/a", steps = { one = { commands = ["true"] } } }, app = { parameter_name = "/a", steps = { one = { commands = ["true"] } } } }
  }
  # says: is another for each image
  expect_failures = [var.images]
}

run "no_security_group" {
  command = plan
  variables {
    security_group_ids = []
  }
  # says: security_group_ids names at least one
  expect_failures = [var.security_group_ids]
}

run "any_role" {
  command = plan
  variables {
    instance_role_arn = "arn:aws:iam::111111111111:role/*"
  }
  # says: not arn:aws:iam::111111111111:role/*
  expect_failures = [var.instance_role_arn]
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
