output "hosts" {
  description = "Every host as the runner's inventory takes it; SSH goes to a port published on loopback."
  value = {
    for name, host in local.hosts : name => {
      address         = "127.0.0.1"
      port            = host.ssh_port
      user            = "deploy"
      groups          = contains(keys(local.build_server), name) ? ["jenkins"] : ["web"]
      private_address = host.private_address
      private_key     = pathexpand(var.local_environment.private_key)
      known_hosts     = pathexpand(var.local_environment.known_hosts)
    }
  }
  depends_on = [terraform_data.host]
}

output "target_group" {
  description = "Target group that hosts leave before a deploy and join after it."
  value       = local.load_balancer
  depends_on  = [terraform_data.load_balancer]
}

output "url" {
  description = "Where the environment's load balancer serves."
  value       = "${var.local_environment.emulator}/_alb/${local.load_balancer}/"
}

output "host_urls" {
  description = "Where each host's port 80 is published, past the load balancer."
  value       = { for name, host in local.hosts : name => "http://127.0.0.1:${host.published_port}/" if !contains(keys(local.build_server), name) }
}

output "registry" {
  description = "Registry as the hosts see it."
  value       = var.local_environment.registry
}

output "insecure_registries" {
  description = "Registries without TLS that the hosts' engines may pull from: the local one is plain HTTP."
  value       = [var.local_environment.registry]
}
