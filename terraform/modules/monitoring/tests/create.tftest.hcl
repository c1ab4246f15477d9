mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "shop"
  tags = { application = "shop" }
  subscriptions = {
    team  = { protocol = "email", endpoint = "team@example.org" }
    pager = { protocol = "https", endpoint = "https://pager.example.org/hook" }
  }
}

run "alarms_reach_an_encrypted_topic" {
  assert {
    condition     = aws_sns_topic.this["main"].kms_master_key_id == aws_kms_key.this["main"].arn && aws_kms_key.this["main"].enable_key_rotation
    error_message = "The topic is not encrypted, or by a key that never changes."
  }
  assert {
    condition = anytrue([
      for statement in jsondecode(aws_kms_key.this["main"].policy).Statement :
      contains(flatten([try(statement.Principal.Service, [])]), "cloudwatch.amazonaws.com") && contains(flatten([statement.Action]), "kms:GenerateDataKey*")
    ])
    error_message = "Alarms cannot use the key, and nobody hears of them."
  }
  assert {
    condition = [for statement in jsondecode(aws_sns_topic_policy.this["main"].policy).Statement : "${statement.Effect} ${statement.Sid} ${jsonencode(statement.Condition)}"] == [
      "Allow Alarms {\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:cloudwatch:eu-west-1:111111111111:alarm:*\"},\"StringEquals\":{\"aws:SourceAccount\":\"111111111111\"}}",
      "Deny EncryptedOnly {\"Bool\":{\"aws:SecureTransport\":\"false\"}}",
    ]
    error_message = "Others than the alarms of this account may publish, or without TLS."
  }
  assert {
    condition     = { for key, subscription in aws_sns_topic_subscription.this : key => subscription.endpoint } == { pager = "https://pager.example.org/hook", team = "team@example.org" }
    error_message = "Somebody does not hear of alarms."
  }
  assert {
    condition     = output.topic_arn == aws_sns_topic.this["main"].arn && output.kms_key_arn == aws_kms_key.this["main"].arn && length(data.aws_sns_topic.this) == 0
    error_message = "The outputs are not of the topic that was made."
  }
}

run "a_subscription_goes_without_the_others" {
  command = plan

  variables {
    subscriptions = { team = { protocol = "email", endpoint = "team@example.org" } }
  }

  # changes only: ["pager"]
  assert {
    condition     = keys(aws_sns_topic_subscription.this) == ["team"]
    error_message = "The subscription is still there."
  }
}

run "a_team_topic_hears_of_alarms_too" {
  state_key = "team"

  variables {
    subscriptions = {}
    topic_mode    = "reuse"
    existing      = { topic = { arn = "arn:aws:sns:eu-west-1:111111111111:found" } }
    instances     = { web = { instance_id = "i-0123456789abcdef0" } }
  }

  assert {
    condition     = length(aws_sns_topic.this) + length(aws_sns_topic_policy.this) == 0 && data.aws_sns_topic.this["main"].name == "found"
    error_message = "A topic is made, or another one looked up."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["instance/web/status"].alarm_actions == toset(["arn:aws:sns:eu-west-1:111111111111:found"])
    error_message = "The team does not hear of the alarm."
  }
}

run "everything_that_runs_is_watched" {
  command   = plan
  state_key = "watched"

  variables {
    load_balancers     = { web = { arn_suffix = "app/shop/1" } }
    target_groups      = { blue = { arn_suffix = "targetgroup/blue/1", load_balancer_arn_suffix = "app/shop/1" } }
    services           = { web = { cluster_name = "shop", service_name = "web" } }
    databases          = { main = { instance_id = "shop", connections = 80 } }
    instances          = { web = { instance_id = "i-0123456789abcdef0" } }
    autoscaling_groups = { hosts = { name = "shop-hosts", in_service_min = 2 } }
    alarms             = { logins = { text = "Too many failed logins", namespace = "shop", metric = "FailedLogins", threshold = 20, missing = "notBreaching", statistic = "p99" } }
  }

  assert {
    condition = jsonencode({
      for key, alarm in aws_cloudwatch_metric_alarm.this : key =>
      "${alarm.namespace} ${alarm.metric_name} ${coalesce(alarm.statistic, alarm.extended_statistic)} ${alarm.comparison_operator} ${alarm.threshold} ${alarm.datapoints_to_alarm}x${alarm.period} ${alarm.treat_missing_data}"
      }) == jsonencode({
      "autoscaling-group/hosts/in-service" = "AWS/AutoScaling GroupInServiceInstances Minimum LessThanThreshold 2 5x60 missing"
      "database/main/connections"          = "AWS/RDS DatabaseConnections Maximum GreaterThanOrEqualToThreshold 80 2x300 missing"
      "database/main/cpu"                  = "AWS/RDS CPUUtilization Average GreaterThanOrEqualToThreshold 85 2x300 missing"
      "database/main/storage"              = "AWS/RDS FreeStorageSpace Minimum LessThanThreshold 5368709120 2x300 missing"
      "instance/web/status"                = "AWS/EC2 StatusCheckFailed Maximum GreaterThanOrEqualToThreshold 1 2x60 missing"
      "load-balancer/web/latency"          = "AWS/ApplicationELB TargetResponseTime p95 GreaterThanOrEqualToThreshold 2 1x300 notBreaching"
      "load-balancer/web/own-errors"       = "AWS/ApplicationELB HTTPCode_ELB_5XX_Count Sum GreaterThanOrEqualToThreshold 10 1x300 notBreaching"
      "load-balancer/web/target-errors"    = "AWS/ApplicationELB HTTPCode_Target_5XX_Count Sum GreaterThanOrEqualToThreshold 10 1x300 notBreaching"
      logins                               = "shop FailedLogins p99 GreaterThanOrEqualToThreshold 20 1x300 notBreaching"
      "service/web/cpu"                    = "AWS/ECS CPUUtilization Average GreaterThanOrEqualToThreshold 85 5x60 missing"
      "service/web/memory"                 = "AWS/ECS MemoryUtilization Average GreaterThanOrEqualToThreshold 85 5x60 missing"
      "service/web/running"                = "ECS/ContainerInsights RunningTaskCount Average LessThanThreshold 1 5x60 breaching"
      "target-group/blue/unhealthy"        = "AWS/ApplicationELB UnHealthyHostCount Maximum GreaterThanOrEqualToThreshold 1 5x60 missing"
    })
    error_message = "Alarms: ${jsonencode({ for key, alarm in aws_cloudwatch_metric_alarm.this : key => alarm.metric_name })}."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["target-group/blue/unhealthy"].dimensions == tomap({ LoadBalancer = "app/shop/1", TargetGroup = "targetgroup/blue/1" })
    error_message = "An alarm watches something else."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["service/web/cpu"].alarm_name == "shop-service-web-cpu" && aws_cloudwatch_metric_alarm.this["service/web/cpu"].tags == tomap({ application = "shop" })
    error_message = "An alarm is not called after the deployment and its key."
  }
}

run "alarms_of_alarms_and_one_page_for_all" {
  state_key = "page"

  variables {
    load_balancers = { web = { arn_suffix = "app/shop/1", errors = 0, latency_seconds = 0 } }
    services       = { web = { cluster_name = "shop", service_name = "web", cpu_percent = 0, memory_percent = 0 } }
    instances      = { web = { instance_id = "i-0123456789abcdef0" } }
    composites     = { down = { text = "The shop is down", when = "all", alarms = ["service/web/running", "instance/web/status"] } }
    log_groups     = { web = {} }
    subscriptions  = {}
  }

  assert {
    condition     = aws_cloudwatch_composite_alarm.this["down"].alarm_rule == "ALARM(\"shop-service-web-running\") AND ALARM(\"shop-instance-web-status\")"
    error_message = "The alarm of alarms is another: ${aws_cloudwatch_composite_alarm.this["down"].alarm_rule}."
  }
  assert {
    condition     = aws_cloudwatch_composite_alarm.this["down"].alarm_actions == toset([aws_sns_topic.this["main"].arn]) && aws_cloudwatch_metric_alarm.this["instance/web/status"].ok_actions == toset([aws_sns_topic.this["main"].arn])
    error_message = "Nobody hears of an alarm, or of its end."
  }
  assert {
    condition     = jsonencode(keys(output.alarm_arns)) == jsonencode(["down", "instance/web/status", "service/web/running"]) && output.alarm_arns["down"] == aws_cloudwatch_composite_alarm.this["down"].arn
    error_message = "The alarms are not by key, or there is one with the threshold 0."
  }
  assert {
    condition     = [for widget in jsondecode(aws_cloudwatch_dashboard.this["main"].dashboard_body).widgets : "${widget.type} ${widget.properties.title}"] == ["alarm Alarms of shop", "metric Requests to load balancer web", "metric instance/web/status", "metric service/web/running", "log Newest lines of web"]
    error_message = "The page does not show what is watched."
  }
  assert {
    condition = jsonencode([for widget in jsondecode(aws_cloudwatch_dashboard.this["main"].dashboard_body).widgets : try(widget.properties.annotations.horizontal[0].value, "none") if widget.type == "metric"]) == jsonencode(["none", 1, 1]) && (
      !contains(keys(jsondecode(aws_cloudwatch_dashboard.this["main"].dashboard_body).widgets[1].properties), "annotations")
    )
    error_message = "A graph shows no limit, or a list of none."
  }
  assert {
    condition     = jsonencode(jsondecode(aws_cloudwatch_dashboard.this["main"].dashboard_body).widgets[3].properties.metrics) == jsonencode([["ECS/ContainerInsights", "RunningTaskCount", "ClusterName", "shop", "ServiceName", "web"]])
    error_message = "A graph shows something else than its alarm watches."
  }
  assert {
    condition     = output.dashboard_name == "shop"
    error_message = "The page has another name."
  }
}

run "logs_end_some_day_and_lines_are_counted" {
  command   = plan
  state_key = "logs"

  variables {
    log_groups     = { web = {}, audit = { name = "/shop/audit", retention_days = 365 } }
    metric_filters = { logins = { log_group = "audit", pattern = "\"login failed\"", metric = "FailedLogins" } }
    kms            = { make_key = false, key_arn = "arn:aws:kms:eu-west-1:111111111111:key/99999999-8888-7777-6666-555555555555" }
    dashboard      = false
  }

  assert {
    condition     = { for key, group in aws_cloudwatch_log_group.this : group.name => group.retention_in_days } == { "/automation-stack/shop/web" = 90, "/shop/audit" = 365 }
    error_message = "Logs are kept for other days."
  }
  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.kms_key_id == "arn:aws:kms:eu-west-1:111111111111:key/99999999-8888-7777-6666-555555555555"]) && length(aws_kms_key.this) == 0
    error_message = "The given key does not encrypt the logs, or one is made beside it."
  }
  assert {
    condition = (
      aws_cloudwatch_log_metric_filter.this["logins"].log_group_name == "/shop/audit" && aws_cloudwatch_log_metric_filter.this["logins"].metric_transformation[0].namespace == "shop" &&
      aws_cloudwatch_log_metric_filter.this["logins"].metric_transformation[0].name == "FailedLogins"
    )
    error_message = "Lines are not counted."
  }
  assert {
    condition     = length(aws_cloudwatch_dashboard.this) == 0 && output.dashboard_name == null && length(aws_ecs_service.daemon) == 0
    error_message = "A page or a daemon is made that nobody asked for."
  }
}

run "daemons_see_every_host_and_change_none" {
  state_key = "daemons"

  variables {
    cadvisor = { enabled = true, cluster_arn = "arn:aws:ecs:eu-west-1:111111111111:cluster/shop", execution_role_arn = "arn:aws:iam::111111111111:role/execution", port = 9100 }
    fluent_bit = {
      enabled            = true, cluster_arn = "arn:aws:ecs:eu-west-1:111111111111:cluster/shop"
      execution_role_arn = "arn:aws:iam::111111111111:role/execution", task_role_arn = "arn:aws:iam::111111111111:role/ship"
      paths              = ["/var/log/messages", "/var/log/ecs/*.log"]
    }
  }

  assert {
    condition     = jsonencode(output.daemon_service_names) == jsonencode({ cadvisor = "shop-cadvisor", fluent-bit = "shop-fluent-bit" })
    error_message = "The services are not by key."
  }
  assert {
    condition = alltrue([for key, service in aws_ecs_service.daemon :
      service.scheduling_strategy == "DAEMON" && service.launch_type == "EC2" && service.deployment_minimum_healthy_percent == 0 &&
      service.deployment_circuit_breaker[0].enable && service.deployment_circuit_breaker[0].rollback && service.cluster == "arn:aws:ecs:eu-west-1:111111111111:cluster/shop"
    ])
    error_message = "A daemon does not run once on each host, or cannot be replaced there."
  }
  assert {
    condition = alltrue(flatten([for task in [aws_ecs_task_definition.cadvisor["main"], aws_ecs_task_definition.fluent_bit["main"]] : [
      for mount in jsondecode(task.container_definitions)[0].mountPoints : mount.readOnly || mount.sourceVolume == "position"
      ]])) && alltrue(flatten([for task in [aws_ecs_task_definition.cadvisor["main"], aws_ecs_task_definition.fluent_bit["main"]] : [
      for volume in task.volume : volume.name != "position" || (volume.host_path == null && length(volume.docker_volume_configuration) == 1)
    ]]))
    error_message = "A daemon can change the host's files."
  }
  assert {
    condition = alltrue([for task in [aws_ecs_task_definition.cadvisor["main"], aws_ecs_task_definition.fluent_bit["main"]] :
      jsondecode(task.container_definitions)[0].readonlyRootFilesystem && !try(jsondecode(task.container_definitions)[0].privileged, false) &&
      jsondecode(task.container_definitions)[0].logConfiguration.options["awslogs-group"] == "/automation-stack/shop/daemons"
    ])
    error_message = "A daemon has more rights than it needs, or nobody sees what it says."
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.cadvisor["main"].container_definitions)[0].portMappings[0].hostPort == 9100 && contains([for volume in aws_ecs_task_definition.cadvisor["main"].volume : volume.host_path], "/var/lib/docker")
    error_message = "Containers are not measured, or not where the metrics are read."
  }
  assert {
    condition = alltrue([for word in ["path=/var/log/ecs/*.log,/var/log/messages", "log_group_name=/automation-stack/shop/hosts", "region=eu-west-1", "log_stream_prefix=$${HOSTNAME}.", "auto_create_group=false"] :
      contains(jsondecode(aws_ecs_task_definition.fluent_bit["main"].container_definitions)[0].command, word)
    ]) && aws_ecs_task_definition.fluent_bit["main"].network_mode == "host" && aws_ecs_task_definition.fluent_bit["main"].task_role_arn == "arn:aws:iam::111111111111:role/ship"
    error_message = "The hosts' logs go elsewhere."
  }
  assert {
    condition     = { for key, group in aws_cloudwatch_log_group.this : key => group.retention_in_days } == { daemons = 30, hosts = 90 } && output.log_group_arns["hosts"] == aws_cloudwatch_log_group.this["hosts"].arn
    error_message = "The daemons' logs are kept for ever."
  }
}
