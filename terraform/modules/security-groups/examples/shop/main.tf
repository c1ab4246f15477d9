# The chain of an application: the internet reaches the load balancer, the load balancer reaches the hosts, and the hosts reach the
# database and, for packages and images, any HTTPS server.
provider "aws" {
  region = "eu-west-1"
}

module "network" {
  source = "../../../network"

  name  = "shop"
  zones = { a = {}, b = {} }
}

module "security_groups" {
  source = "../.."

  name   = "shop"
  vpc_id = module.network.vpc_id
  groups = {
    load-balancer = {
      description = "Entry from the internet"
      ingress = {
        http       = { description = "Redirected to HTTPS", port = 80, cidr_ipv4 = "0.0.0.0/0" }
        https      = { description = "Users", port = 443, cidr_ipv4 = "0.0.0.0/0" }
        https-ipv6 = { description = "Users over IPv6", port = 443, cidr_ipv6 = "::/0" }
      }
      egress = { web = { description = "Requests and health checks", port = 8080, group = "web" } }
    }
    web = {
      description = "Hosts of the application"
      ingress     = { load-balancer = { description = "Requests and health checks", port = 8080, group = "load-balancer" } }
      egress = {
        database = { description = "Queries", port = 5432, group = "database" }
        https    = { description = "Packages, images and AWS", port = 443, cidr_ipv4 = "0.0.0.0/0" }
      }
    }
    database = {
      description = "Database of the application"
      ingress     = { web = { description = "Queries", port = 5432, group = "web" } }
    }
  }
}

output "security_group_ids" {
  description = "Groups for the load balancer, the hosts and the database."
  value       = module.security_groups.security_group_ids
}
