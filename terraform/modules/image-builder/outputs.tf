output "document_names" {
  description = "Name of the automation that builds the image, by key, for `aws ssm start-automation-execution`."
  value       = { for key in keys(var.images) : key => local.create ? aws_ssm_document.this[key].name : data.aws_ssm_document.this[key].name }
}

# Written out, since versions of the provider differ in which of its two forms is the attribute's.
output "document_arns" {
  description = "ARN of the automation's document, by key: `arn:…:document/NAME`."
  value = {
    for key in keys(var.images) : key =>
    "arn:${local.partition}:ssm:${local.region}:${local.account}:document/${local.create ? aws_ssm_document.this[key].name : data.aws_ssm_document.this[key].name}"
  }
}

# The id is the name, but not known before the parameter is there: what looks it up in the same apply waits for it then.
output "parameter_names" {
  description = "Name of the parameter with the newest image, by key, for `image.parameter` of `ec2-fleet`."
  value       = { for key in keys(var.images) : key => local.create ? aws_ssm_parameter.this[key].id : data.aws_ssm_parameter.this[key].id }
}

output "parameter_arns" {
  description = "ARN of the parameter with the newest image, by key, for policies."
  value       = { for key in keys(var.images) : key => local.create ? aws_ssm_parameter.this[key].arn : data.aws_ssm_parameter.this[key].arn }
}

output "role_arn" {
  description = "Role of the builds; who starts a build needs `iam:PassRole` for it."
  value       = local.create ? aws_iam_role.automation["main"].arn : data.aws_iam_role.automation["main"].arn
}

output "image_ids" {
  description = "Newest image by key, as the parameter says; before the first build the image that is built upon."
  value       = { for key in keys(var.images) : key => local.create ? aws_ssm_parameter.this[key].insecure_value : data.aws_ssm_parameter.this[key].insecure_value }
}
