# Two zones with a gap in their letters, without private subnets: the cheapest network that a load balancer accepts.
provider "aws" {
  region = "ap-northeast-1"
}

module "network" {
  source = "../.."

  name       = "trial"
  cidr_block = "192.168.0.0/22"
  zone_bits  = 2
  zones      = { a = {}, c = {} }
  tiers      = ["public"]
  nat        = "none"
  flow_logs  = { retention_days = 7 }
}

output "public_subnet_ids" {
  description = "Where hosts and the load balancer go, by zone."
  value       = module.network.public_subnet_ids
}
