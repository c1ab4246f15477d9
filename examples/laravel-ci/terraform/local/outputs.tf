output "private_key" {
  description = "SSH key that the servers were started with."
  value       = pathexpand(var.local_environment.private_key)
}

output "allowed_from" {
  description = "Where browsers come from: this machine, as the servers see it."
  value       = ["${var.local_environment.network_prefix}.1"]
}

output "url" {
  description = "Where the application answers."
  value       = "http://${local.servers["dev"].address}/"
}
