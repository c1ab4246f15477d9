output "cluster" {
  description = "ECS cluster."
  value       = local.cluster
  depends_on  = [terraform_data.service]
}

output "service" {
  description = "ECS service."
  value       = local.service
  depends_on  = [terraform_data.service]
}

output "target_group" {
  description = "Target group that the service's tasks are registered in."
  value       = local.service
  depends_on  = [terraform_data.service]
}

output "url" {
  description = "Where the environment's load balancer serves."
  value       = "${var.local_environment.emulator}/_alb/${local.service}/"
}
