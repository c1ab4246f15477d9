output "cluster" {
  description = "Cluster that runs WordPress."
  value       = local.service.cluster
}

output "services" {
  description = "Services by key: `name`, and the `container` that a delivery brings new images to."
  value       = { wordpress = { name = local.service.service, container = "wordpress" } }
}

output "database" {
  description = "Where this machine reaches the database."
  value       = local.database.loopback
}

output "admin" {
  description = "First administrator of the site: the name, and the secret with the password."
  value       = { user = var.admin.user, secret = local.name }
}

output "url" {
  description = "Where people find the site."
  value       = "${local.url}/"
}
