# The stack outputs: what the runner reads. They have the same names in every deployment.

output "hosts" {
  description = "Hosts as the runner's inventory takes them, by name; the build server is in the group `jenkins`."
  value       = merge(module.servers.hosts, [for server in module.jenkins : server.hosts]...)
}

output "target_group" {
  description = "Target group that servers leave before a deploy and join after it."
  value       = module.target_groups.target_group_arns["web"]
}

output "url" {
  description = "Where the environment answers."
  value       = module.load_balancer.url
}

output "registry" {
  description = "Registry as the servers see it."
  value       = split("/", module.ecr.repository_urls["web"])[0]
}

output "insecure_registries" {
  description = "Registries without TLS that the servers' engines may pull from: none on AWS."
  value       = []
}
