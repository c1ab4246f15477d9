# The same names and forms as on AWS.

output "launch_template" {
  description = "What the instances of a release are launched from: `id`, here its name, and `version`."
  value       = { id = local.name, version = "1" }
  depends_on  = [terraform_data.launch_template]
}

output "instance_role" {
  description = "Role of the instances: here they have none."
  value       = "${local.name}-instance"
}

output "subnet_ids" {
  description = "Where instances are started, by zone: the subnets that the local EC2 has by itself."
  value       = { a = "subnet-00000001", b = "subnet-00000002" }
}

output "artifact_bucket" {
  description = "Bucket that artifacts are uploaded to."
  value       = local.bucket
  depends_on  = [terraform_data.bucket]
}

output "target_group" {
  description = "Target group that instances join when they are healthy."
  value       = local.name
  depends_on  = [terraform_data.load_balancer]
}

output "url" {
  description = "Where the environment's load balancer serves."
  value       = "${var.local_environment.emulator}/_alb/${local.name}/"
}
