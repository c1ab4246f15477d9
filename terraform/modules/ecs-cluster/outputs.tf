output "cluster_name" {
  description = "Name of the cluster."
  value       = local.create ? aws_ecs_cluster.this["main"].name : data.aws_ecs_cluster.this["main"].cluster_name
}

output "cluster_arn" {
  description = "ARN of the cluster: what services and policies name."
  value       = local.create ? aws_ecs_cluster.this["main"].arn : data.aws_ecs_cluster.this["main"].arn
}

output "capacity_provider_names" {
  description = "Name of the capacity provider, by kind of `capacity`. A service that takes its names from here waits until the cluster has them."
  value       = local.capacity_provider_names

  depends_on = [aws_ecs_cluster_capacity_providers.this]
}

output "autoscaling_group_name" {
  description = "Autoscaling group of the instances; null if there are none."
  value       = local.create ? one(values(aws_autoscaling_group.this)[*].name) : one(values(data.aws_autoscaling_group.this)[*].name)
}

output "service_connect_namespace_arn" {
  description = "Namespace in which services find each other; null if Service Connect is not enabled."
  value       = local.create ? one(values(aws_service_discovery_http_namespace.this)[*].arn) : one(values(data.aws_service_discovery_http_namespace.this)[*].arn)
}
