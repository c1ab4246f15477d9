# A cluster without instances, half of it on capacity that AWS may stop; and a second deployment that runs its services there.
provider "aws" {
  region = "eu-west-1"
}

module "cluster" {
  source = "../.."

  name     = "team"
  capacity = ["fargate", "fargate-spot"]
  default_strategy = {
    fargate      = { base = 1 }
    fargate-spot = {}
  }
  service_connect = { enabled = true }
}

module "shared" {
  source = "../.."

  mode     = "reuse"
  name     = "shop"
  existing = { cluster_name = module.cluster.cluster_name }
}

output "cluster_arn" {
  description = "Where the second deployment runs."
  value       = module.shared.cluster_arn
}
