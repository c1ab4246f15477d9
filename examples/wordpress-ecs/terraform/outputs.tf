# The stack outputs: what the runner reads. They have the same names in every deployment.

output "cluster" {
  description = "Cluster that runs WordPress."
  value       = module.cluster.cluster_name
}

output "services" {
  description = "Services by key: `name`, the `container` that a delivery brings new images to, the family of its task definitions."
  value = {
    wordpress = {
      name      = module.wordpress.service_name
      container = module.wordpress.container_name
      family    = module.wordpress.task_definition_family
    }
  }
}

output "target_groups" {
  description = "Target group of each service."
  value       = { wordpress = module.wordpress.target_group_arns["blue"] }
}

output "registry" {
  description = "Registry of the images."
  value       = split("/", module.ecr.repository_urls["wordpress"])[0]
}

output "network" {
  description = "Ids that other deployments may use: the VPC, and its subnets by tier and zone."
  value = {
    vpc     = module.network.vpc_id
    public  = module.network.public_subnet_ids
    private = module.network.private_subnet_ids
    data    = module.network.data_subnet_ids
  }
}

output "url" {
  description = "Where people find the site."
  value       = local.url
}

output "distribution" {
  description = "Distribution of CloudFront before the load balancer, whose caches a delivery may have to empty; null where there is none."
  value       = one([for made in module.cdn : made.distribution_id])
}

output "database_users" {
  description = "Users of the database that the runner makes after an apply, and the services that read their secrets."
  value       = { wordpress = merge(module.database_user.user, { services = [module.wordpress.service_name] }) }
}

output "admin" {
  description = "First administrator of the site: the name, and the secret with the password, as `admin_password`."
  value       = { user = var.site.admin_user, secret = module.secrets.secret_arns["wordpress"] }
}
