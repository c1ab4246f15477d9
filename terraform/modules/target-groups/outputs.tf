locals {
  target_groups = local.create ? {
    for key, made in aws_lb_target_group.this : key => { arn = made.arn, arn_suffix = made.arn_suffix, name = made.name }
    } : {
    for key, found in data.aws_lb_target_group.this : key => { arn = found.arn, arn_suffix = found.arn_suffix, name = found.name }
  }
}

output "target_group_arns" {
  description = "ARN of each target group, by key."
  value       = { for key, group in local.target_groups : key => group.arn }
}

output "target_group_arn_suffixes" {
  description = "The part of each target group's ARN that CloudWatch calls it by, by key."
  value       = { for key, group in local.target_groups : key => group.arn_suffix }
}

output "target_group_names" {
  description = "Name of each target group, by key; a delivery finds it by this name."
  value       = { for key, group in local.target_groups : key => group.name }
}

output "listener_rule_arns" {
  description = "ARN of each rule, by key."
  value = local.create ? {
    for key, rule in merge(aws_lb_listener_rule.this, aws_lb_listener_rule.delivery) : key => rule.arn
  } : { for key in keys(var.listener_rules) : key => var.existing["listener_rules"][key] }
}
