locals {
  found = {
    for key, instance in var.instances : key => local.create ? {
      id = aws_instance.this[key].id, private_ip = aws_instance.this[key].private_ip, public_ip = try(aws_eip.this[key].public_ip, aws_instance.this[key].public_ip)
      } : {
      id = data.aws_instance.this[key].id, private_ip = data.aws_instance.this[key].private_ip, public_ip = data.aws_instance.this[key].public_ip
    }
  }
}

output "hosts" {
  description = "The named instances as the runner's inventory takes them, as `NAME-KEY`; those of the autoscaling group come and go, and are found by the tag `application`."
  value = {
    for key, instance in var.instances : "${var.name}-${key}" => {
      address         = instance.public_address ? local.found[key].public_ip : local.found[key].private_ip
      private_address = local.found[key].private_ip
      port            = 22
      user            = local.user
      groups          = sort(instance.groups)
      instance_id     = local.found[key].id
    }
  }
}

output "instance_ids" {
  description = "Ids of the named instances, by key."
  value       = { for key in keys(var.instances) : key => local.found[key].id }
}

output "launch_template_id" {
  description = "What instances are started from."
  value       = local.create ? aws_launch_template.this["main"].id : data.aws_launch_template.this["main"].id
}

output "launch_template_arn" {
  description = "ARN of the launch template: what policies name."
  value       = local.create ? aws_launch_template.this["main"].arn : data.aws_launch_template.this["main"].arn
}

output "launch_template_version" {
  description = "Newest version of the launch template."
  value       = tostring(local.create ? aws_launch_template.this["main"].latest_version : data.aws_launch_template.this["main"].latest_version)
}

output "autoscaling_group_name" {
  description = "Name of the autoscaling group; null where there is none."
  value       = local.create ? one(values(aws_autoscaling_group.this)[*].name) : one(values(data.aws_autoscaling_group.this)[*].name)
}

output "autoscaling_group_arn" {
  description = "ARN of the autoscaling group; null where there is none."
  value       = local.create ? one(values(aws_autoscaling_group.this)[*].arn) : one(values(data.aws_autoscaling_group.this)[*].arn)
}

output "user" {
  description = "Whom one logs in as."
  value       = local.user
}
