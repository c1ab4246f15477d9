output "file_system_id" {
  description = "Id of the file system, for task definitions. Known when it can be mounted."
  value       = local.create ? aws_efs_file_system.this["main"].id : data.aws_efs_file_system.this["main"].file_system_id
  depends_on  = [aws_efs_mount_target.this, aws_efs_file_system_policy.this, aws_vpc_security_group_ingress_rule.clients]
}

output "file_system_arn" {
  description = "ARN of the file system: what policies name."
  value       = local.create ? aws_efs_file_system.this["main"].arn : data.aws_efs_file_system.this["main"].arn
}

output "dns_name" {
  description = "Host name that hosts mount."
  value       = local.create ? aws_efs_file_system.this["main"].dns_name : data.aws_efs_file_system.this["main"].dns_name
}

output "mount_target_ids" {
  description = "Mount target of each subnet, by zone."
  value       = local.create ? { for zone, target in aws_efs_mount_target.this : zone => target.id } : { for zone, target in data.aws_efs_mount_target.this : zone => target.mount_target_id }
}

output "access_point_ids" {
  description = "Id of each access point, by key, for task definitions."
  value       = local.create ? { for key, point in aws_efs_access_point.this : key => point.id } : { for key, point in data.aws_efs_access_point.this : key => point.access_point_id }
}

output "access_point_arns" {
  description = "ARN of each access point, by key: what policies name."
  value       = local.create ? { for key, point in aws_efs_access_point.this : key => point.arn } : { for key, point in data.aws_efs_access_point.this : key => point.arn }
}

output "security_group_ids" {
  description = "Security groups of the mount targets, for rules of clients."
  value       = local.create ? toset(local.security_group_ids) : toset(flatten([for target in data.aws_efs_mount_target.this : tolist(target.security_groups)]))
}
