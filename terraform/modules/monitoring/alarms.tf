# Alarms: those that were written out, and those that every load balancer, service, database, instance … has. The key of the latter is
# KIND/KEY/WHAT. A threshold of 0 means no such alarm.

locals {
  more = "GreaterThanOrEqualToThreshold"
  less = "LessThanThreshold"

  load_balancer_alarms = flatten([
    for key, it in var.load_balancers : [
      for alarm in [
        { what = "target-errors", limit = it.errors, metric = "HTTPCode_Target_5XX_Count", statistic = "Sum", text = "Applications behind load balancer ${key} fail" },
        { what = "own-errors", limit = it.errors, metric = "HTTPCode_ELB_5XX_Count", statistic = "Sum", text = "Load balancer ${key} finds nobody who answers" },
        { what = "latency", limit = it.latency_seconds, metric = "TargetResponseTime", statistic = "p95", text = "Applications behind load balancer ${key} are slow" },
        ] : {
        key        = "load-balancer/${key}/${alarm.what}", text = alarm.text, namespace = "AWS/ApplicationELB", metric = alarm.metric, statistic = alarm.statistic,
        dimensions = { LoadBalancer = it.arn_suffix }, comparison = local.more, threshold = alarm.limit,
        period     = 300, periods = 1, datapoints = 1, missing = "notBreaching",
      }
    ]
  ])
  target_group_alarms = flatten([
    for key, it in var.target_groups : [
      for alarm in [
        { what = "unhealthy", limit = it.unhealthy, metric = "UnHealthyHostCount", statistic = "Maximum", comparison = local.more, text = "Targets of ${key} are unhealthy" },
        { what = "healthy", limit = it.healthy_min, metric = "HealthyHostCount", statistic = "Minimum", comparison = local.less, text = "Too few targets of ${key} are healthy" },
        ] : {
        key        = "target-group/${key}/${alarm.what}", text = alarm.text, namespace = "AWS/ApplicationELB", metric = alarm.metric, statistic = alarm.statistic,
        dimensions = { LoadBalancer = it.load_balancer_arn_suffix, TargetGroup = it.arn_suffix }, comparison = alarm.comparison, threshold = alarm.limit,
        period     = 60, periods = 5, datapoints = 5, missing = "missing",
      }
    ]
  ])
  service_alarms = flatten([
    for key, it in var.services : [
      for alarm in [
        { what = "cpu", limit = it.cpu_percent, namespace = "AWS/ECS", metric = "CPUUtilization", comparison = local.more, missing = "missing", text = "Service ${key} needs more processor" },
        { what = "memory", limit = it.memory_percent, namespace = "AWS/ECS", metric = "MemoryUtilization", comparison = local.more, missing = "missing", text = "Service ${key} needs more memory" },
        { what = "running", limit = it.running_min, namespace = "ECS/ContainerInsights", metric = "RunningTaskCount", comparison = local.less, missing = "breaching", text = "Too few tasks of service ${key} run" },
        ] : {
        key        = "service/${key}/${alarm.what}", text = alarm.text, namespace = alarm.namespace, metric = alarm.metric, statistic = "Average",
        dimensions = { ClusterName = it.cluster_name, ServiceName = it.service_name }, comparison = alarm.comparison, threshold = alarm.limit,
        period     = 60, periods = 5, datapoints = 5, missing = alarm.missing,
      }
    ]
  ])
  database_alarms = flatten([
    for key, it in var.databases : [
      for alarm in [
        { what = "cpu", limit = it.cpu_percent, metric = "CPUUtilization", statistic = "Average", comparison = local.more, text = "Database ${key} needs more processor" },
        { what = "storage", limit = it.free_gib * 1024 * 1024 * 1024, metric = "FreeStorageSpace", statistic = "Minimum", comparison = local.less, text = "The disk of database ${key} is nearly full" },
        { what = "connections", limit = it.connections, metric = "DatabaseConnections", statistic = "Maximum", comparison = local.more, text = "Database ${key} has too many connections" },
        ] : {
        key        = "database/${key}/${alarm.what}", text = alarm.text, namespace = "AWS/RDS", metric = alarm.metric, statistic = alarm.statistic,
        dimensions = { DBInstanceIdentifier = it.instance_id }, comparison = alarm.comparison, threshold = alarm.limit,
        period     = 300, periods = 2, datapoints = 2, missing = "missing",
      }
    ]
  ])
  # A stopped instance reports nothing and raises no alarm.
  instance_alarms = [
    for key, it in var.instances : {
      key        = "instance/${key}/status", text = "Instance ${key} fails its status checks", namespace = "AWS/EC2", metric = "StatusCheckFailed", statistic = "Maximum",
      dimensions = { InstanceId = it.instance_id }, comparison = local.more, threshold = 1,
      period     = 60, periods = 2, datapoints = 2, missing = "missing",
    }
  ]
  autoscaling_group_alarms = [
    for key, it in var.autoscaling_groups : {
      key       = "autoscaling-group/${key}/in-service", text = "Too few instances of group ${key} are in service", namespace = "AWS/AutoScaling", metric = "GroupInServiceInstances",
      statistic = "Minimum", dimensions = { AutoScalingGroupName = it.name }, comparison = local.less, threshold = it.in_service_min,
      period    = 60, periods = 5, datapoints = 5, missing = "missing",
    }
  ]
  own_alarms = [
    for key, it in var.alarms : {
      key        = key, text = it.text, namespace = it.namespace, metric = it.metric, statistic = it.statistic,
      dimensions = it.dimensions, comparison = it.comparison, threshold = it.threshold,
      period     = it.period, periods = it.periods, datapoints = coalesce(it.datapoints, it.periods), missing = it.missing,
    }
  ]
  alarms = {
    for alarm in concat(
      local.load_balancer_alarms, local.target_group_alarms, local.service_alarms, local.database_alarms, local.instance_alarms, local.autoscaling_group_alarms,
    ) : alarm.key => alarm if alarm.threshold > 0
  }
  all_alarms = merge(local.alarms, { for alarm in local.own_alarms : alarm.key => alarm })
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = { for key, alarm in local.all_alarms : key => alarm if local.create }

  alarm_name          = "${var.name}-${replace(each.key, "/", "-")}"
  alarm_description   = each.value.text
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = each.value.period
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.datapoints
  treat_missing_data  = each.value.missing
  alarm_actions       = [local.topic_arn]
  ok_actions          = [local.topic_arn]
  tags                = var.tags
}

resource "aws_cloudwatch_composite_alarm" "this" {
  for_each = { for key, alarm in var.composites : key => alarm if local.create }

  alarm_name        = "${var.name}-${each.key}"
  alarm_description = each.value.text
  alarm_rule        = join(each.value.when == "all" ? " AND " : " OR ", [for key in each.value.alarms : "ALARM(\"${aws_cloudwatch_metric_alarm.this[key].alarm_name}\")"])
  alarm_actions     = [local.topic_arn]
  ok_actions        = [local.topic_arn]
  tags              = var.tags
}
