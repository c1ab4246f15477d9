# A production database, in the data subnets of its own network.
provider "aws" {
  region = "eu-west-1"
}

module "network" {
  source = "../../../network"

  name = "shop"
  nat  = "per-zone"
}

module "rds" {
  source = "../.."

  name           = "shop"
  vpc_id         = module.network.vpc_id
  subnet_ids     = module.network.data_subnet_ids
  clients        = { private = { cidr_block = "10.0.0.0/17" } }
  engine         = "postgres"
  engine_version = "17"
  instance_class = "db.m7g.large"
  database_name  = "shop"
  storage        = { gib = 100, max_gib = 500 }
  tags           = { application = "shop" }
}

output "database" {
  description = "Where the application connects, and the secret it reads the password from."
  value       = { address = module.rds.address, port = module.rds.port, secret_arn = module.rds.secret_arn }
}
