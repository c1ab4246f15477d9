mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name               = "shop"
  cluster_arn        = "arn:aws:ecs:eu-west-1:111111111111:cluster/team"
  vpc_id             = "vpc-0a1b2c3d4e5f60718"
  subnet_ids         = { a = "subnet-0000000000000001a" }
  security_group_ids = ["sg-0a1b2c3d4e5f60718"]
  execution_role_arn = "arn:aws:iam::111111111111:role/shop-execution"
  containers         = { app = { image = "shop/web:1", ports = { http = { port = 8080 } } } }
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "missing_group" {
  command = plan
  variables {
    mode           = "reuse"
    load_balancing = { strategy = "blue-green", container_port = 8080, rules = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } } }
    existing       = { service_name = "shop", log_group_name = "/shop", blue_target_group_arn = "arn:blue", listener_rule_arn = "" }
  }
  # says: existing lacks: balancing_role_arn, green_target_group_arn, listener_rule_arn
  expect_failures = [var.existing]
}

run "surplus_group" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { service_name = "shop", log_group_name = "/shop", blue_target_group_arn = "arn:blue" }
  }
  # says: mode is reuse and existing has unused keys: blue_target_group_arn
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { service_name = "shop" }
  }
  # says: mode is create and existing has unused keys: service_name
  expect_failures = [var.existing]
}

run "bad_name" {
  command = plan
  variables {
    name = "shop_web"
  }
  # says: not shop_web
  expect_failures = [var.name]
}

run "name_in_place_of_an_arn" {
  command = plan
  variables {
    cluster_arn = "team"
  }
  # says: cluster_arn is the ARN of an ECS cluster, not team
  expect_failures = [var.cluster_arn]
}

run "load_balancing_without_a_vpc" {
  command = plan
  variables {
    vpc_id         = null
    load_balancing = { strategy = "rolling", container_port = 8080, rules = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } } }
  }
  # says: strategy is rolling, which needs the vpc_id
  expect_failures = [var.vpc_id]
}

run "no_subnet" {
  command = plan
  variables {
    subnet_ids = {}
  }
  # says: subnet_ids names at least one subnet
  expect_failures = [var.subnet_ids]
}

run "no_security_group" {
  command = plan
  variables {
    security_group_ids = []
  }
  # says: security_group_ids names at least one security group
  expect_failures = [var.security_group_ids]
}

run "public_address_on_an_instance" {
  command = plan
  variables {
    launch_type      = "EC2"
    assign_public_ip = true
  }
  # says: AWS gives none to those on EC2
  expect_failures = [var.assign_public_ip]
}

run "daemon_on_fargate" {
  command = plan
  variables {
    scheduling_strategy = "DAEMON"
  }
  # says: A DAEMON runs once on each instance
  expect_failures = [var.scheduling_strategy]
}

run "size_that_fargate_has_not" {
  command = plan
  variables {
    cpu    = 256
    memory = 4096
  }
  # says: no tasks with cpu = 256 and memory = 4096
  expect_failures = [var.memory]
}

run "no_execution_role" {
  command = plan
  variables {
    execution_role_arn = null
  }
  # says: execution_role_arn names the role
  expect_failures = [var.execution_role_arn]
}

run "sessions_without_a_role" {
  command = plan
  variables {
    execute_command = true
  }
  # says: task_role_arn is missing
  expect_failures = [var.task_role_arn]
}

run "no_main_container" {
  command = plan
  variables {
    main_container = "web"
  }
  # says: main_container is web, and containers has: app
  expect_failures = [var.main_container]
}

run "variable_twice" {
  command = plan
  variables {
    containers = { app = { image = "shop/web:1", environment = { HOST = "a" }, secrets = { HOST = "arn:aws:ssm:eu-west-1:111111111111:parameter/host" } } }
  }
  # says: A variable is in environment or in secrets, not in both: app.HOST
  expect_failures = [var.containers]
}

run "secret_by_value" {
  command = plan
  variables {
    containers = { app = { image = "shop/web:1", secrets = { PASSWORD = "hunter2" } } }
  }
  # says: never values; not so: app.PASSWORD
  expect_failures = [var.containers]
}

run "mount_of_nothing" {
  command = plan
  variables {
    containers = { app = { image = "shop/web:1", mounts = { data = { path = "/data" } } } }
  }
  # says: mounts has keys that volumes does not have: app.data
  expect_failures = [var.containers]
}

run "dependence_on_nothing" {
  command = plan
  variables {
    containers = { app = { image = "shop/web:1", depends_on = { db = "HEALTHY" } } }
  }
  # says: app on db = HEALTHY
  expect_failures = [var.containers]
}

run "health_check_without_cmd" {
  command = plan
  variables {
    containers = { app = { image = "shop/web:1", health_check = { command = ["/check"] } } }
  }
  # says: begins with CMD or CMD-SHELL; not so: app
  expect_failures = [var.containers]
}

run "efs_without_a_file_system" {
  command = plan
  variables {
    volumes       = { data = { kind = "efs" } }
    task_role_arn = "arn:aws:iam::111111111111:role/shop"
  }
  # says: file_system_id belongs to kind efs
  expect_failures = [var.volumes]
}

run "host_on_fargate" {
  command = plan
  variables {
    volumes = { proc = { kind = "host", host_path = "/proc" } }
  }
  # says: A volume of kind host needs launch_type EC2: proc
  expect_failures = [var.volumes]
}

run "odd_retention" {
  command = plan
  variables {
    logs = { retention_days = 100 }
  }
  # says: 3653 days, not 100
  expect_failures = [var.logs]
}

run "unknown_strategy" {
  command = plan
  variables {
    load_balancing = { strategy = "canary", container_port = 8080, rules = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } } }
  }
  # says: strategy is none, rolling, blue-green or switch, not canary
  expect_failures = [var.load_balancing]
}

run "test_rule_for_one_group" {
  command = plan
  variables {
    load_balancing = { strategy = "rolling", container_port = 8080, rules = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] }, test = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 20, path_patterns = ["/*"] } } }
  }
  # says: test for blue-green and switch only; strategy is rolling, rules: main, test
  expect_failures = [var.load_balancing]
}

run "port_of_no_container" {
  command = plan
  variables {
    load_balancing = { strategy = "rolling", container_port = 80, rules = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } } }
  }
  # says: container_port is one of the ports of app: 8080
  expect_failures = [var.load_balancing]
}

run "requests_of_two_groups" {
  command = plan
  variables {
    load_balancing = { strategy = "blue-green", container_port = 8080, rules = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } } }
    autoscaling    = { enabled = true, targets = { requests = 100 } }
  }
  # says: strategy is blue-green, not rolling or switch
  expect_failures = [var.autoscaling]
}

run "limits_upside_down" {
  command = plan
  variables {
    autoscaling = { enabled = true, min_count = 5, max_count = 4 }
  }
  # says: min_count is 0 to max_count
  expect_failures = [var.autoscaling]
}

run "name_of_no_port" {
  command = plan
  variables {
    service_connect = { enabled = true, namespace_arn = "arn:aws:servicediscovery:eu-west-1:111111111111:namespace/ns-1", names = { web = { dns_name = "shop", port = 80 } } }
  }
  # says: it has none called: web
  expect_failures = [var.service_connect]
}

run "fargate_on_instances" {
  command = plan
  variables {
    capacity_provider_strategy = { instances = { capacity_provider = "shop-instances" } }
  }
  # says: Tasks for FARGATE run on capacity providers of Fargate, and AWS refuses others; given: instances = shop-instances
  expect_failures = [var.capacity_provider_strategy]
}

run "deployment_that_cannot_move" {
  command = plan
  variables {
    deployment = { maximum_percent = 100 }
  }
  # says: ECS can neither stop a task nor start one
  expect_failures = [var.deployment]
}

run "schedules_of_a_switch" {
  command = plan
  variables {
    load_balancing = { strategy = "switch", container_port = 8080, rules = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } } }
    autoscaling    = { enabled = true, schedules = { morning = { schedule = "cron(0 6 ? * MON-FRI *)", min_count = 4, max_count = 20 } } }
  }
  # says: would start tasks of the color that no requests go to; not for load_balancing.strategy switch: morning
  expect_failures = [var.autoscaling]
}

run "one_name_for_two_services" {
  command = plan
  variables {
    load_balancing  = { strategy = "switch", container_port = 8080, rules = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } } }
    service_connect = { enabled = true, namespace_arn = "arn:aws:servicediscovery:eu-west-1:111111111111:namespace/ns-1", names = { http = { dns_name = "shop", port = 80 } } }
  }
  # says: service_connect.names would be those of two services
  expect_failures = [var.service_connect]
}

run "name_too_long_for_its_role" {
  command = plan
  variables {
    name           = "a-shop-whose-name-is-longer-than-what-iam-takes-for-a-role"
    load_balancing = { strategy = "blue-green", container_port = 8080, rules = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } } }
  }
  # says: name is up to 54 characters for blue-green
  expect_failures = [var.name]
}

run "bad_boundary" {
  command = plan
  variables {
    permissions_boundary = "boundary"
  }
  # says: permissions_boundary is the ARN of a policy, not boundary
  expect_failures = [var.permissions_boundary]
}

run "bad_path" {
  command = plan
  variables {
    path = "delivery"
  }
  # says: path begins and ends with /, not delivery
  expect_failures = [var.path]
}

run "scheduled_tasks_of_others" {
  command = plan
  variables {
    mode            = "reuse"
    existing        = { service_name = "shop", log_group_name = "/shop" }
    scheduled_tasks = { nightly = { schedule = "rate(1 day)" } }
  }
  # says: scheduled_tasks are made, not found
  expect_failures = [var.scheduled_tasks]
}

run "schedule_in_words" {
  command = plan
  variables {
    scheduled_tasks = { nightly = { schedule = "every night" } }
  }
  # says: schedule of scheduled_tasks is cron(…) or rate(…), not: nightly = every night
  expect_failures = [var.scheduled_tasks]
}

run "schedule_of_no_container" {
  command = plan
  variables {
    scheduled_tasks = { nightly = { schedule = "rate(1 day)", container = "batch" } }
  }
  # says: container of scheduled_tasks is one of app, not: nightly = batch
  expect_failures = [var.scheduled_tasks]
}

run "schedule_of_half_a_task" {
  command = plan
  variables {
    scheduled_tasks = { nightly = { schedule = "rate(1 day)", count = 0 } }
  }
  # says: count of scheduled_tasks is 1 to 10, not: nightly = 0
  expect_failures = [var.scheduled_tasks]
}

run "schedule_without_a_name" {
  command = plan
  variables {
    scheduled_tasks = { "every night" = { schedule = "rate(1 day)" } }
  }
  # says: Rules are called NAME-KEY
  expect_failures = [var.scheduled_tasks]
}

run "name_too_long_for_the_role_of_schedules" {
  command = plan
  variables {
    name            = "a-shop-whose-name-is-longer-than-what-iam-takes-for-role"
    scheduled_tasks = { nightly = { schedule = "rate(1 day)" } }
  }
  # says: name is up to 55 characters with scheduled_tasks
  expect_failures = [var.scheduled_tasks]
}
