locals {
  service = local.create ? {
    name = local.made["main"].name, arn = local.made["main"].id, task_definition = aws_ecs_task_definition.this["main"].arn
    } : {
    name = data.aws_ecs_service.this["main"].service_name, arn = data.aws_ecs_service.this["main"].arn, task_definition = data.aws_ecs_service.this["main"].task_definition
  }
}

output "service_name" {
  description = "Name of the service: what a delivery moves."
  value       = local.service.name
}

output "service_arn" {
  description = "ARN of the service: what policies name."
  value       = local.service.arn
}

output "task_definition_family" {
  description = "Family that deliveries register revisions of."
  value       = local.create ? aws_ecs_task_definition.this["main"].family : regex("([^/:]+)(:[0-9]+)?$", local.service.task_definition)[0]
}

output "task_definition_arn" {
  description = "The revision that Terraform registered; in mode `reuse` the one that the service runs."
  value       = local.service.task_definition
}

output "container_name" {
  description = "The main container: what a delivery brings new images to."
  value       = var.main_container
}

output "target_group_arns" {
  description = "ARNs of the target groups: `blue`, and `green` for blue-green; empty without load balancing."
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

output "log_group_name" {
  description = "Log group of the containers; a stream is called NAME/CONTAINER/TASK."
  value       = local.create ? aws_cloudwatch_log_group.this["main"].name : data.aws_cloudwatch_log_group.this["main"].name
}
