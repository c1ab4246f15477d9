locals {
  found = { for key, made in local.create ? {} : data.aws_ecs_service.this : key => { name = made.service_name, arn = made.arn, task_definition = made.task_definition } }
  all = local.create ? {
    for key, made in local.made : key => { name = made.name, arn = made.id, task_definition = aws_ecs_task_definition.this["main"].arn }
  } : local.found
  # The only service, or the first of two.
  service = local.all[local.switched ? "blue" : "main"]
}

output "service_name" {
  description = "Name of the service: what a delivery moves. Of a switch the name that both begin with."
  value       = local.switched ? var.name : local.service.name
}

output "service_names" {
  description = "Names of the services: `blue` and `green` of a switch, `main` otherwise."
  value       = { for key, one in local.all : key => one.name }
}

output "service_arn" {
  description = "ARN of the service; null for a switch, which has two."
  value       = local.switched ? null : local.service.arn
}

output "service_arns" {
  description = "ARNs of the services, by the same keys as `service_names`: what policies name."
  value       = { for key, one in local.all : key => one.arn }
}

output "task_definition_family" {
  description = "Family that deliveries register revisions of."
  value       = local.create ? aws_ecs_task_definition.this["main"].family : regex("([^/:]+)(:[0-9]+)?$", local.service.task_definition)[0]
}

output "task_definition_arn" {
  description = "The revision that Terraform registered; in mode `reuse` the one that the service, or the blue one of a switch, runs."
  value       = local.service.task_definition
}

output "container_name" {
  description = "The main container: what a delivery brings new images to."
  value       = var.main_container
}

output "target_group_arns" {
  description = "ARNs of the target groups: `blue`, and `green` for blue-green and switch; empty without load balancing."
  value       = length(local.load_balanced) > 0 ? module.target_groups["main"].target_group_arns : {}
}

output "target_group_arn_suffixes" {
  description = "The parts of their ARNs that CloudWatch calls the target groups by."
  value       = length(local.load_balanced) > 0 ? module.target_groups["main"].target_group_arn_suffixes : {}
}

output "listener_rule_arn" {
  description = "The rule that sends requests to the service; null without load balancing."
  value       = length(local.load_balanced) > 0 ? module.target_groups["main"].listener_rule_arns["main"] : null
}

output "test_listener_rule_arn" {
  description = "The rule that sends requests to the other group before a switch; null where there is none."
  value       = local.tested ? module.target_groups["main"].listener_rule_arns["test"] : null
}

output "native_deployment" {
  description = "What the runner tells ECS, so that ECS moves the requests (`strategy: blue-green`, `canary` and `linear`): `target_group_arn` that it begins with, `alternate_target_group_arn`, `production_rule_arn`, `test_rule_arn` (null without one) and `role_arn`, by which ECS changes the rules. Null for other strategies."
  value = local.blue_green ? {
    target_group_arn           = module.target_groups["main"].target_group_arns["blue"]
    alternate_target_group_arn = module.target_groups["main"].target_group_arns["green"]
    production_rule_arn        = module.target_groups["main"].listener_rule_arns["main"]
    test_rule_arn              = local.tested ? module.target_groups["main"].listener_rule_arns["test"] : null
    role_arn                   = local.create ? aws_iam_role.balancing["main"].arn : var.existing["balancing_role_arn"]
  } : null

  # Who is told the role may use it at once.
  depends_on = [aws_iam_role_policy.balancing]
}

output "scalable_target_arns" {
  description = "ARNs of what autoscaling moves, by the keys of `service_names`: a delivery suspends it meanwhile. Empty without autoscaling, and in mode `reuse`."
  value       = { for key, target in aws_appautoscaling_target.this : key => target.arn }
}

output "scheduled_tasks" {
  description = "What a target names in `schedules`, by the keys of `scheduled_tasks`: `rule` and `role`, by their ARNs. Empty in mode `reuse`."
  value       = { for key, rule in aws_cloudwatch_event_rule.scheduled : key => { rule = rule.arn, role = aws_iam_role.schedule["main"].arn } }

  # Who is told the role may use it at once.
  depends_on = [aws_iam_role_policy.schedule]
}

output "log_group_name" {
  description = "Log group of the containers; a stream is called NAME/CONTAINER/TASK."
  value       = local.create ? aws_cloudwatch_log_group.this["main"].name : data.aws_cloudwatch_log_group.this["main"].name
}
