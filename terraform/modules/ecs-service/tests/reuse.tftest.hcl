mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode        = "reuse"
  name        = "shop"
  cluster_arn = "arn:aws:ecs:eu-west-1:111111111111:cluster/team"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"
  load_balancing = {
    strategy = "blue-green"
    rules    = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } }
  }
  existing = {
    service_name           = "team-shop"
    log_group_name         = "/team/shop"
    blue_target_group_arn  = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/blue/0a1b2c3d4e5f6071"
    green_target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/green/0a1b2c3d4e5f6071"
    listener_rule_arn      = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081/2a3b4c5d6e7f8091"
    balancing_role_arn     = "arn:aws:iam::111111111111:role/team-balancing"
  }
}

run "nothing_is_made" {
  assert {
    condition = sum([for made in [
      aws_ecs_service.this, aws_ecs_task_definition.this, aws_cloudwatch_log_group.this, aws_appautoscaling_target.this, aws_ecs_service.blue_green,
      aws_appautoscaling_policy.this, aws_appautoscaling_scheduled_action.this, aws_iam_role.balancing, aws_iam_role_policy.balancing,
    ] : length(made)]) == 0
    error_message = "Something of a service that belongs to others is made or changed."
  }
}

run "outputs_are_those_of_create" {
  assert {
    condition = (
      output.service_name == "team-shop" && output.service_arn == "arn:aws:ecs:eu-west-1:111111111111:service/made/found" && output.log_group_name == "/team/shop" &&
      output.task_definition_family == "found" && output.task_definition_arn == "arn:aws:ecs:eu-west-1:111111111111:task-definition/found:7"
    )
    error_message = "The outputs are not of the existing service."
  }
  assert {
    condition = (
      jsonencode(output.target_group_arns) == jsonencode({
        blue  = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/blue/0a1b2c3d4e5f6071"
        green = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/green/0a1b2c3d4e5f6071"
      }) && output.listener_rule_arn == "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081/2a3b4c5d6e7f8091"
    )
    error_message = "The target groups and the rule are not the existing ones."
  }
  assert {
    condition = jsonencode(output.native_deployment) == jsonencode({
      alternate_target_group_arn = output.target_group_arns["green"]
      production_rule_arn        = output.listener_rule_arn
      role_arn                   = "arn:aws:iam::111111111111:role/team-balancing"
      target_group_arn           = output.target_group_arns["blue"]
      test_rule_arn              = null
    })
    error_message = "ECS is told of something else: ${jsonencode(output.native_deployment)}."
  }
}

run "both_services_of_a_switch_are_found" {
  variables {
    load_balancing = {
      strategy = "switch"
      rules    = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } }
    }
    existing = {
      blue_service_name      = "team-shop-a"
      green_service_name     = "team-shop-b"
      log_group_name         = "/team/shop"
      blue_target_group_arn  = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/blue/0a1b2c3d4e5f6071"
      green_target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/green/0a1b2c3d4e5f6071"
      listener_rule_arn      = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081/2a3b4c5d6e7f8091"
    }
  }

  assert {
    condition     = jsonencode(output.service_names) == jsonencode({ blue = "team-shop-a", green = "team-shop-b" }) && keys(output.service_arns) == ["blue", "green"] && output.service_arn == null
    error_message = "The services are others: ${jsonencode(output.service_names)}."
  }
}

run "a_service_alone_needs_no_load_balancing" {
  command = plan

  variables {
    load_balancing = {}
    existing       = { service_name = "team-shop", log_group_name = "/team/shop" }
  }

  assert {
    condition     = jsonencode(output.target_group_arns) == "{}" && output.listener_rule_arn == null
    error_message = "The outputs name what there is not."
  }
}

run "a_daemon_in_place_of_a_service_is_refused" {
  command = plan

  override_data {
    target = data.aws_ecs_service.this["main"]
    values = { scheduling_strategy = "DAEMON", task_definition = "arn:aws:ecs:eu-west-1:111111111111:task-definition/found:7" }
  }

  expect_failures = [data.aws_ecs_service.this["main"]]
}
