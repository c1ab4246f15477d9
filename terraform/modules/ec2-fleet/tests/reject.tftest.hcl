mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name               = "shop"
  security_group_ids = ["sg-0a1b2c3d4e5f60718"]
  instances          = { a = { subnet_id = "subnet-0000000000000001a" } }
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "missing_template" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { instances = { a = "i-1" } }
  }
  # says: existing lacks: launch_template.id
  expect_failures = [var.existing]
}

run "surplus_instance" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { launch_template = { id = "lt-1" }, instances = { a = "i-1", b = "i-2" } }
  }
  # says: existing has unused keys: instances.b
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { launch_template = { id = "lt-1" } }
  }
  # says: mode is create and existing has unused keys: launch_template.id
  expect_failures = [var.existing]
}

run "bad_name" {
  command = plan
  variables {
    name = "Shop Web"
  }
  # says: not Shop Web
  expect_failures = [var.name]
}

run "unknown_system" {
  command = plan
  variables {
    image = { os = "windows" }
  }
  # says: image.os is amazon-linux-2023, ecs-optimised, debian-12 or ubuntu-24.04, not windows
  expect_failures = [var.image]
}

run "a_type_of_another_architecture" {
  command = plan
  variables {
    instances = { a = { subnet_id = "subnet-0000000000000001a", instance_type = "t4g.small" } }
  }
  # says: image.architecture is x86_64, types are t3.small, t4g.small
  expect_failures = [var.instance_type]
}

run "two_images" {
  command = plan
  variables {
    image = { ami_id = "ami-0a1b2c3d4e5f60718", parameter = "/images/web" }
  }
  # says: excludes image.parameter
  expect_failures = [var.image]
}

run "bad_group_of_hosts" {
  command = plan
  variables {
    instances = { a = { subnet_id = "subnet-0000000000000001a", groups = ["web-servers"] } }
  }
  # says: not all are: web-servers
  expect_failures = [var.instances]
}

run "nothing_to_start" {
  command = plan
  variables {
    instances = {}
  }
  # says: set launch_template_only = true
  expect_failures = [var.launch_template_only]
}

run "something_to_start_all_the_same" {
  command = plan
  variables {
    launch_template_only = true
  }
  # says: set launch_template_only = true and neither of them
  expect_failures = [var.launch_template_only]
}

run "more_than_the_maximum" {
  command = plan
  variables {
    autoscaling = { subnet_ids = { a = "subnet-0000000000000001a" }, min = 2, max = 3, desired = 4 }
  }
  # says: min <= desired <= max, not: 2, 4, 3
  expect_failures = [var.autoscaling]
}

run "health_without_a_target_group" {
  command = plan
  variables {
    autoscaling = { subnet_ids = { a = "subnet-0000000000000001a" }, min = 2, max = 3, health_check = "ELB" }
  }
  # says: ELB where there are target_group_arns
  expect_failures = [var.autoscaling]
}

run "no_security_group" {
  command = plan
  variables {
    security_group_ids = []
  }
  # says: security_group_ids names at least one
  expect_failures = [var.security_group_ids]
}

run "metadata_for_everyone" {
  command = plan
  variables {
    metadata_hop_limit = 64
  }
  # says: metadata_hop_limit is 1 or 2, not 64
  expect_failures = [var.metadata_hop_limit]
}

run "bad_device" {
  command = plan
  variables {
    volumes = { data = { size = 10 } }
  }
  # says: not all are: data
  expect_failures = [var.volumes]
}

run "a_life_longer_than_ec2_takes" {
  command = plan
  variables {
    autoscaling = { subnet_ids = { a = "subnet-0000000000000001a" }, min = 1, max = 1, max_lifetime_days = 400 }
    image       = { parameter = "/shop/images/web" }
  }
  # says: max_lifetime_days 1 to 365
  expect_failures = [var.autoscaling]
}

run "a_first_boot_too_long_in_bytes" {
  command = plan
  variables {
    user_data = join("", [for _ in range(9) : join("", [for _ in range(1000) : "é"])])
  }
  # says: up to 16384 bytes
  expect_failures = [var.user_data]
}

run "fixed_address_of_a_private_instance" {
  command = plan
  variables {
    instances = { a = { subnet_id = "subnet-0000000000000001a", fixed_address = true } }
  }
  # says: these have none: a.
  expect_failures = [var.instances]
}

run "a_refresh_with_blank_machines" {
  command = plan
  variables {
    autoscaling = { subnet_ids = { a = "subnet-0000000000000001a" }, min = 1, max = 1, refresh = true }
  }
  # says: blank instances of the newest debian-12
  expect_failures = [var.autoscaling]
}

run "an_age_that_brings_blank_machines" {
  command = plan
  variables {
    autoscaling = { subnet_ids = { a = "subnet-0000000000000001a" }, min = 1, max = 1, max_lifetime_days = 30 }
  }
  # says: blank instances of the newest debian-12
  expect_failures = [var.autoscaling]
}

run "a_refresh_that_nothing_stops" {
  command = plan
  variables {
    image       = { parameter = "/shop/images/web" }
    autoscaling = { subnet_ids = { a = "subnet-0000000000000001a" }, min = 1, max = 1, refresh = true, health_check = "EC2", target_group_arns = ["arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/shop/0a1b2c3d4e5f6071"] }
  }
  # says: even if no instance answers behind the target groups
  expect_failures = [var.autoscaling]
}
