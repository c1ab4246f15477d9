# The uploads that all tasks of a web site share, owned by the user of its containers; nothing else can be mounted.
provider "aws" {
  region = "eu-west-1"
}

module "network" {
  source = "../../../network"

  name = "blog"
}

module "efs" {
  source = "../.."

  name               = "blog"
  vpc_id             = module.network.vpc_id
  subnet_ids         = module.network.private_subnet_ids
  clients            = { private = { cidr_block = "10.0.0.0/17" } }
  access_points      = { uploads = { uid = 33, gid = 33 } }
  access_points_only = true
  tags               = { application = "blog" }
}

output "volume" {
  description = "What the task definition mounts."
  value       = { file_system_id = module.efs.file_system_id, access_point_id = module.efs.access_point_ids["uploads"] }
}
