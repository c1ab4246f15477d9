# The stack outputs: what the runner reads. They have the same names in every deployment.

output "cluster" {
  description = "Cluster that runs the service."
  value       = module.cluster.cluster_name
}

output "services" {
  description = "Services by key: `name`, the `container` that a delivery brings new images to, the family of its task definitions."
  value = {
    app = {
      name      = module.service.service_name
      container = module.service.container_name
      family    = module.service.task_definition_family
    }
  }
}

output "target_groups" {
  description = "The two target groups by colour, and the rules that send requests to them: `main`, and `test` for a look before the switch."
  value = {
    app = {
      blue  = module.service.target_group_arns["blue"]
      green = module.service.target_group_arns["green"]
      rules = { main = module.service.listener_rule_arn, test = module.service.test_listener_rule_arn }
    }
  }
}

output "registry" {
  description = "Registry of the images."
  value       = split("/", module.ecr.repository_urls["web"])[0]
}

output "database" {
  description = "Where the database is, and the secret with the application's user and password: never the password itself."
  value       = { address = module.database.address, port = module.database.port, name = module.database.database_name, secret_arn = module.database_user.secret_arn }
}

output "delivery_role_arn" {
  description = "Role that a delivery works with; null where nobody was named for it."
  value       = one([for roles in module.delivery_role : roles.role_arns["deploy"]])
}

output "url" {
  description = "Where the environment answers."
  value       = module.load_balancer.url
}

output "database_users" {
  description = "Users of the database that the runner makes after an apply, and the services that read their secrets."
  value       = { app = merge(module.database_user.user, { services = [module.service.service_name] }) }
}

output "native_deployment" {
  description = "What the runner tells ECS, so that ECS moves the requests: groups, rules and the role by which it changes them."
  value       = module.service.native_deployment
}
