output "topic_arn" {
  description = "ARN of the topic that alarms go to."
  value       = local.topic_arn
}

output "kms_key_arn" {
  description = "Key that encrypts topic and logs; null in mode `reuse` unless `kms` names it."
  value       = local.kms_key_arn
}

output "alarm_arns" {
  description = "ARN of each alarm, by key: that of `alarms` and `composites`, and KIND/KEY/WHAT of the others."
  value = local.create ? merge(
    { for key, alarm in aws_cloudwatch_metric_alarm.this : key => alarm.arn },
    { for key, alarm in aws_cloudwatch_composite_alarm.this : key => alarm.arn },
  ) : lookup(var.existing, "alarms", {})
}

output "dashboard_name" {
  description = "Name of the dashboard; null without one."
  value       = local.create ? one([for dashboard in aws_cloudwatch_dashboard.this : dashboard.dashboard_name]) : try(var.existing["dashboard"]["name"], null)
}

output "log_group_names" {
  description = "Name of each log group, by key; `hosts` and `daemons` are those of the daemon services."
  value       = local.create ? { for key, group in aws_cloudwatch_log_group.this : key => group.name } : { for key, group in data.aws_cloudwatch_log_group.this : key => group.name }
}

output "log_group_arns" {
  description = "ARN of each log group, by key: what policies name."
  value       = local.create ? { for key, group in aws_cloudwatch_log_group.this : key => group.arn } : { for key, group in data.aws_cloudwatch_log_group.this : key => group.arn }
}

output "daemon_service_names" {
  description = "Name of each daemon service, by key: `cadvisor`, `fluent-bit`."
  value       = local.create ? { for key, service in aws_ecs_service.daemon : key => service.name } : { for key, service in data.aws_ecs_service.daemon : key => service.service_name }
}
