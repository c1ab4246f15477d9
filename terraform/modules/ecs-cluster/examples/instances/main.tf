# ARM instances in three zones. Their number follows the tasks. A new image replaces them one after another.
provider "aws" {
  region = "eu-west-1"
}

module "cluster" {
  source = "../.."

  name             = "wordpress"
  capacity         = ["instances"]
  default_strategy = { instances = {} }
  instances = {
    subnet_ids            = { a = "subnet-0000000000000001a", b = "subnet-0000000000000001b", c = "subnet-0000000000000001c" }
    security_group_ids    = ["sg-0a1b2c3d4e5f60718"]
    instance_profile_name = "wordpress-instance"
    architecture          = "arm64"
    min_size              = 3
    max_size              = 9
    refresh               = true
  }
}

output "capacity_provider_names" {
  description = "What services run on."
  value       = module.cluster.capacity_provider_names
}
