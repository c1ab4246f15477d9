# The stack outputs: what the runner reads. They have the same names in every deployment.

output "hosts" {
  description = "Hosts as the runner's inventory takes them, by name: addresses, groups, users. No inventory is kept by hand."
  value       = merge([for fleet in module.servers : fleet.hosts]...)
}

output "key_name" {
  description = "Key pair that the servers were started with."
  value       = module.key_pair.key_names["deploy"]
}

output "vpc_id" {
  description = "The VPC, for other deployments to use."
  value       = module.network.vpc_id
}

output "allowed_from" {
  description = "Networks whose browsers may open phpMyAdmin: those that reach the servers at all."
  value       = values(var.allowed_from)
}
