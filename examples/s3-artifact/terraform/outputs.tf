# The stack outputs: what the runner reads. They have the same names in every deployment.

output "launch_template" {
  description = "What the instances of a build are started from: `id` and newest `version`."
  value       = { id = module.instances.launch_template_id, version = module.instances.launch_template_version }
}

output "subnet_ids" {
  description = "Where instances are started, by zone."
  value       = module.network.private_subnet_ids
}

output "user" {
  description = "Whom one logs in as on the instances."
  value       = module.instances.user
}

output "artifacts" {
  description = "Where the artifacts are, as s3://BUCKET/PREFIX."
  value       = module.artifacts.artifact_locations["web"]
}

output "artifact_bucket" {
  description = "Bucket that artifacts are uploaded to."
  value       = module.artifacts.bucket_name
}

output "instance_role" {
  description = "Role of the instances: whoever launches them has to be allowed to pass it."
  value       = module.roles.role_names["instance"]
}

output "target_group" {
  description = "Target group that the instances of the running build are in."
  value       = module.target_groups.target_group_arns["web"]
}

output "url" {
  description = "Where the environment answers."
  value       = module.load_balancer.url
}
