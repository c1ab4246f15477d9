mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "shop"
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "missing_names" {
  command = plan
  variables {
    mode     = "reuse"
    capacity = ["instances"]
    existing = { cluster_name = "team", autoscaling_group_name = "" }
  }
  # says: existing lacks: autoscaling_group_name, capacity_provider_name
  expect_failures = [var.existing]
}

run "missing_namespace" {
  command = plan
  variables {
    mode            = "reuse"
    service_connect = { enabled = true }
    existing        = { cluster_name = "team" }
  }
  # says: existing lacks: namespace_name
  expect_failures = [var.existing]
}

run "surplus_name" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { cluster_name = "team", autoscaling_group_name = "team" }
  }
  # says: mode is reuse and existing has unused keys: autoscaling_group_name
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { cluster_name = "team" }
  }
  # says: mode is create and existing has unused keys: cluster_name
  expect_failures = [var.existing]
}

run "bad_name" {
  command = plan
  variables {
    name = "shop.team"
  }
  # says: not shop.team
  expect_failures = [var.name]
}

run "reserved_name" {
  command = plan
  variables {
    name      = "ecs-shop"
    capacity  = ["instances"]
    instances = { subnet_ids = { a = "subnet-1a" }, security_group_ids = ["sg-1"], instance_profile_name = "shop" }
  }
  # says: reserves names that begin with aws, ecs or fargate: ecs-shop
  expect_failures = [var.name]
}

run "name_too_long_for_a_launch_template" {
  command = plan
  variables {
    name      = "shop-shop-shop-shop-shop-shop-shop-shop-shop-shop-shop-shop-shop-shop-shop-shop-shop"
    capacity  = ["instances"]
    instances = { subnet_ids = { a = "subnet-1a" }, security_group_ids = ["sg-1"], instance_profile_name = "shop" }
  }
  # says: which leaves it 80 characters, not 84
  expect_failures = [var.name]
}

run "image_that_is_none" {
  command = plan
  variables {
    instances = { ami_id = "al2023" }
  }
  # says: instances.ami_id is the id of an image, not al2023
  expect_failures = [var.instances]
}

run "unknown_capacity" {
  command = plan
  variables {
    capacity = ["ec2"]
  }
  # says: capacity is some of fargate, fargate-spot and instances, not: ec2
  expect_failures = [var.capacity]
}

run "strategy_without_capacity" {
  command = plan
  variables {
    default_strategy = { fargate-spot = {} }
  }
  # says: default_strategy has kinds that capacity does not have: fargate-spot
  expect_failures = [var.default_strategy]
}

run "mixed_strategy" {
  command = plan
  variables {
    capacity         = ["fargate", "instances"]
    instances        = { subnet_ids = { a = "subnet-1a" }, security_group_ids = ["sg-1"], instance_profile_name = "shop" }
    default_strategy = { fargate = {}, instances = {} }
  }
  # says: mixes Fargate and instances, which AWS refuses
  expect_failures = [var.default_strategy]
}

run "two_bases" {
  command = plan
  variables {
    capacity         = ["fargate", "fargate-spot"]
    default_strategy = { fargate = { base = 1 }, fargate-spot = { base = 1 } }
  }
  # says: Only one kind in default_strategy has a base
  expect_failures = [var.default_strategy]
}

run "instances_without_a_place" {
  command = plan
  variables {
    capacity = ["instances"]
  }
  # says: which need subnet_ids, security_group_ids and an instance_profile_name
  expect_failures = [var.instances]
}

run "unknown_architecture" {
  command = plan
  variables {
    instances = { architecture = "riscv" }
  }
  # says: x86_64 or arm64, not riscv
  expect_failures = [var.instances]
}

run "limits_upside_down" {
  command = plan
  variables {
    instances = { min_size = 3, max_size = 2 }
  }
  # says: 0 to max_size: 3 to 2
  expect_failures = [var.instances]
}

run "small_disk" {
  command = plan
  variables {
    instances = { disk_size = 8 }
  }
  # says: 30 GiB at least, which the image needs, not 8
  expect_failures = [var.instances]
}

run "overfull_instances" {
  command = plan
  variables {
    instances = { target_capacity = 120 }
  }
  # says: 1 to 100 per cent, not 120
  expect_failures = [var.instances]
}

run "far_metadata" {
  command = plan
  variables {
    instances = { metadata_hop_limit = 3 }
  }
  # says: metadata_hop_limit is 1 or 2, not 3
  expect_failures = [var.instances]
}

run "unknown_insights" {
  command = plan
  variables {
    container_insights = "on"
  }
  # says: enabled, enhanced or disabled, not on
  expect_failures = [var.container_insights]
}

run "unknown_destination" {
  command = plan
  variables {
    execute_command = { destination = "s3" }
  }
  # says: execute_command.destination is cloudwatch or none, not s3
  expect_failures = [var.execute_command]
}

run "odd_retention" {
  command = plan
  variables {
    execute_command = { retention_days = 100 }
  }
  # says: 3653 days, not 100
  expect_failures = [var.execute_command]
}
