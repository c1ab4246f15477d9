mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode       = "reuse"
  name       = "shop"
  instances  = { web = { instance_id = "i-0123456789abcdef0" } }
  log_groups = { web = {} }
  cadvisor   = { enabled = true, cluster_arn = "arn:aws:ecs:eu-west-1:111111111111:cluster/team", execution_role_arn = "arn:aws:iam::111111111111:role/execution" }
  existing = {
    topic      = { arn = "arn:aws:sns:eu-west-1:111111111111:found" }
    alarms     = { "instance/web/status" = "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:team-web" }
    dashboard  = { name = "team" }
    log_groups = { web = "/team/web", daemons = "/team/daemons" }
    daemons    = { cadvisor = "team-cadvisor" }
  }
}

override_data {
  target = data.aws_ecs_service.daemon["cadvisor"]
  values = { scheduling_strategy = "DAEMON" }
}

run "nothing_is_made" {
  assert {
    condition = sum([for made in [
      aws_kms_key.this, aws_sns_topic.this, aws_sns_topic_policy.this, aws_sns_topic_subscription.this, aws_cloudwatch_metric_alarm.this, aws_cloudwatch_composite_alarm.this,
      aws_cloudwatch_dashboard.this, aws_cloudwatch_log_group.this, aws_cloudwatch_log_metric_filter.this, aws_ecs_task_definition.cadvisor,
      aws_ecs_task_definition.fluent_bit, aws_ecs_service.daemon,
    ] : length(made)]) == 0
    error_message = "Something that belongs to others is made or changed."
  }
  assert {
    condition     = output.topic_arn == "arn:aws:sns:eu-west-1:111111111111:found" && jsonencode(output.alarm_arns) == jsonencode({ "instance/web/status" = "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:team-web" })
    error_message = "Topic or alarms are not those that were given."
  }
  assert {
    condition     = output.dashboard_name == "team" && jsonencode(output.log_group_names) == jsonencode({ daemons = "/team/daemons", web = "/team/web" }) && output.log_group_arns["web"] == data.aws_cloudwatch_log_group.this["web"].arn
    error_message = "Page or log groups are not those that were given."
  }
  assert {
    condition     = jsonencode(output.daemon_service_names) == jsonencode({ cadvisor = "team-cadvisor" })
    error_message = "The daemon is not the one that was given."
  }
}

run "a_topic_elsewhere_is_refused" {
  command = plan

  override_data {
    target = data.aws_sns_topic.this["main"]
    values = { arn = "arn:aws:sns:eu-west-1:222222222222:found" }
  }

  expect_failures = [data.aws_sns_topic.this["main"]]
}

run "logs_for_ever_are_refused" {
  command = plan

  override_data {
    target = data.aws_cloudwatch_log_group.this["web"]
    values = { retention_in_days = 0 }
  }

  expect_failures = [data.aws_cloudwatch_log_group.this["web"]]
}

run "a_service_that_is_no_daemon_is_refused" {
  command = plan

  override_data {
    target = data.aws_ecs_service.daemon["cadvisor"]
    values = { scheduling_strategy = "REPLICA" }
  }

  expect_failures = [data.aws_ecs_service.daemon["cadvisor"]]
}
