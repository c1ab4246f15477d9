output "role_arns" {
  description = "ARN of each role, by key."
  value       = { for key in keys(var.roles) : key => local.create ? aws_iam_role.this[key].arn : data.aws_iam_role.this[key].arn }

  # Who is told the ARN may use the role at once: by then it may do what it should.
  depends_on = [aws_iam_role_policy.this, aws_iam_role_policy_attachment.areas]
}

output "role_names" {
  description = "Name of each role, by key."
  value       = { for key in keys(var.roles) : key => local.create ? aws_iam_role.this[key].name : data.aws_iam_role.this[key].name }

  depends_on = [aws_iam_role_policy.this, aws_iam_role_policy_attachment.areas]
}

output "instance_profile_names" {
  description = "Name of the instance profile of each role that EC2 instances work with, by key."
  value       = { for key in keys(local.profiles) : key => local.create ? aws_iam_instance_profile.this[key].name : data.aws_iam_instance_profile.this[key].name }

  depends_on = [aws_iam_role_policy.this, aws_iam_role_policy_attachment.areas]
}

output "instance_profile_arns" {
  description = "ARN of the instance profile of each role that EC2 instances work with, by key."
  value       = { for key in keys(local.profiles) : key => local.create ? aws_iam_instance_profile.this[key].arn : data.aws_iam_instance_profile.this[key].arn }

  depends_on = [aws_iam_role_policy.this, aws_iam_role_policy_attachment.areas]
}
