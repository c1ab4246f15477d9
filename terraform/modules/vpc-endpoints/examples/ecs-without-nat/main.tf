# A network without a NAT gateway in which ECS tasks on EC2 still get images and secrets, and write logs.
provider "aws" {
  region = "eu-west-1"
}

module "network" {
  source = "../../../network"

  name  = "shop"
  zones = { a = {}, b = {} }
  tiers = ["public", "private"]
  nat   = "none"
}

module "vpc_endpoints" {
  source = "../.."

  name            = "shop"
  vpc_id          = module.network.vpc_id
  subnet_ids      = module.network.private_subnet_ids
  cidr_blocks     = { vpc = module.network.vpc_cidr_block }
  route_table_ids = { private = module.network.route_table_ids["private"] }
  endpoints = {
    s3             = { type = "gateway" } # layers of images are in S3
    "ecr.api"      = { account_only = true }
    "ecr.dkr"      = { account_only = true }
    ecs            = {}
    ecs-agent      = {}
    ecs-telemetry  = {}
    logs           = { account_only = true }
    secretsmanager = { account_only = true }
  }
}

output "security_group_id" {
  description = "Where the tasks' security group lets HTTPS out to."
  value       = module.vpc_endpoints.security_group_id
}

output "prefix_list_ids" {
  description = "And the addresses of S3."
  value       = module.vpc_endpoints.prefix_list_ids
}
