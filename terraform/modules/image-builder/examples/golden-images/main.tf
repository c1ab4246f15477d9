# Two images: web servers with their packages, every Monday; and a base for others, built with a playbook.
provider "aws" {
  region = "eu-west-1"
}

module "images" {
  source = "../.."

  name                  = "shop"
  subnet_id             = "subnet-0000000000000001a"
  security_group_ids    = ["sg-0a1b2c3d4e5f60718"]
  instance_profile_name = "shop-build"
  instance_role_arn     = "arn:aws:iam::111111111111:role/shop-build"
  failure_topics        = { operators = "arn:aws:sns:eu-west-1:111111111111:operators" }
  images = {
    web = {
      os           = "ubuntu-24.04"
      architecture = "arm64"
      schedule     = "cron(0 3 ? * MON *)"
      steps        = { "10-packages" = { commands = ["apt-get update", "DEBIAN_FRONTEND=noninteractive apt-get install -y nginx"] } }
      tests        = { nginx = { commands = ["nginx -t", "systemctl is-enabled nginx"] } }
    }
    debian = {
      steps = {
        "10-base" = { playbook = { file = "base.yml", github = { owner = "acme", repository = "playbooks" }, variables = { environment = "staging" } } }
      }
    }
  }
}

# The fleet starts with the image that is the newest when Terraform plans.
module "fleet" {
  source = "../../../ec2-fleet"

  name                 = "shop-staging"
  application          = "shop"
  image                = { os = "ubuntu-24.04", architecture = "arm64", parameter = module.images.parameter_names["web"] }
  instance_type        = "t4g.small"
  security_group_ids   = ["sg-0a1b2c3d4e5f60718"]
  launch_template_only = true
}

output "document_names" {
  description = "What `aws ssm start-automation-execution --document-name` takes."
  value       = module.images.document_names
}
