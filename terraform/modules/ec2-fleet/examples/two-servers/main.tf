# Two servers in two zones, which Ansible and the runner know as the group staging, on arm64 for its price.
provider "aws" {
  region = "eu-west-1"
}

module "fleet" {
  source = "../.."

  name               = "shop-staging"
  application        = "shop"
  image              = { os = "ubuntu-24.04", architecture = "arm64" }
  instance_type      = "t4g.small"
  security_group_ids = ["sg-0a1b2c3d4e5f60718"]
  instances = {
    a = { subnet_id = "subnet-0000000000000001a", groups = ["staging"] }
    b = { subnet_id = "subnet-0000000000000001b", groups = ["staging"] }
  }
}

output "hosts" {
  description = "What the runner's inventory reads."
  value       = module.fleet.hosts
}
