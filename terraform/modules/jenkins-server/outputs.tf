output "hosts" {
  description = "The server as the runner's inventory takes it, in the group that the Ansible role `jenkins` is for."
  value       = module.host.hosts

  # The disk is attached before the output is available.
  depends_on = [aws_volume_attachment.data]
}

output "instance_id" {
  description = "Id of the instance."
  value       = module.host.instance_ids["controller"]
}

output "address" {
  description = "Address of the server: its public address, or the private one if it has none."
  value       = module.host.hosts["${var.name}-controller"].address
}

output "private_address" {
  description = "Address in its network."
  value       = module.host.hosts["${var.name}-controller"].private_address
}

output "url" {
  description = "URL of Jenkins, with a slash at the end, for its variable `JENKINS_URL`."
  value       = var.url
}

output "data_volume_id" {
  description = "Id of the disk with all that Jenkins keeps."
  value       = local.create ? aws_ebs_volume.data["main"].id : data.aws_ebs_volume.data["main"].volume_id
}

output "alarm_arns" {
  description = "ARN of each alarm: `recover` and `reboot`; empty in mode `reuse`, where they belong to the owner."
  value       = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => alarm.arn }
}
