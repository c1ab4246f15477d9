locals {
  secret_arn = local.create ? aws_secretsmanager_secret.this["main"].arn : data.aws_secretsmanager_secret.this["main"].arn
}

output "secret_arn" {
  description = "ARN of the secret with `username` and `password`, for task definitions."
  value       = local.secret_arn
}

output "log_group_name" {
  description = "Where the task that makes the user writes; null in mode `reuse`."
  value       = one([for made in aws_cloudwatch_log_group.this : made.name])
}

output "user" {
  description = "What the runner makes the user with, for the root's output `database_users`; null in mode `reuse`, where others have made it."
  value = local.create ? {
    username          = var.username
    secret            = local.secret_arn
    task_definition   = aws_ecs_task_definition.this["main"].arn
    container         = "database-user"
    cluster           = var.cluster_arn
    subnets           = sort(values(var.subnet_ids))
    security_groups   = sort(tolist(var.security_group_ids))
    assign_public_ip  = var.assign_public_ip
    launch_type       = var.capacity_provider == null ? var.launch_type : null
    capacity_provider = var.capacity_provider
    execution_role    = var.execution_role_arn
    log_group         = local.log_group_name
  } : null
}
