output "security_group_ids" {
  description = "Id of the group, by key."
  value       = local.create ? { for key, made in aws_security_group.this : key => made.id } : { for key, found in data.aws_security_group.this : key => found.id }
}

output "security_group_arns" {
  description = "ARN of the group, by key: what policies name."
  value       = local.create ? { for key, made in aws_security_group.this : key => made.arn } : { for key, found in data.aws_security_group.this : key => found.arn }
}

output "vpc_id" {
  description = "VPC that the groups are in."
  value       = var.vpc_id
}
