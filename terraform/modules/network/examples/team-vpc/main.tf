# The network of a team in three zones, with a NAT gateway in each, and a second deployment that uses it in place of
# its own.
provider "aws" {
  region = "eu-west-1"
}

module "network" {
  source = "../.."

  name = "team"
  nat  = "per-zone"
  tags = { team = "platform" }
}

module "shared" {
  source = "../.."

  mode  = "reuse"
  name  = "shop"
  zones = { a = {}, b = {} }
  tiers = ["public", "private"]
  existing = {
    vpc     = { id = module.network.vpc_id }
    public  = { a = module.network.public_subnet_ids["a"], b = module.network.public_subnet_ids["b"] }
    private = { a = module.network.private_subnet_ids["a"], b = module.network.private_subnet_ids["b"] }
  }
}

output "private_subnet_ids" {
  description = "Where the second deployment runs, by zone."
  value       = module.shared.private_subnet_ids
}
