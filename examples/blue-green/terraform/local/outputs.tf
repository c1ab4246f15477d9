output "cluster" {
  description = "Cluster that runs the services."
  value       = local.service.cluster
}

output "services" {
  description = "The two services, of which one gets the requests."
  value       = { name = local.name, blue = local.service.blue, green = local.service.green }
}

output "rules" {
  description = "Rules of the load balancer: `main` for all requests, `test` for those with the header `X-Preview: next`."
  value       = { main = local.service.rule, test = local.service.testRule }
}

output "database" {
  description = "Where this machine reaches the database."
  value       = local.database.loopback
}

output "url" {
  description = "Where the environment's load balancer serves."
  value       = local.service.url
}
