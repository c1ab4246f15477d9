# Two groups of tasks behind one rule whose weights Terraform ignores, and a second deployment that looks up the same groups.
provider "aws" {
  region = "eu-west-1"
}

locals {
  groups = {
    blue  = { port = 8080, target_type = "ip" }
    green = { port = 8080, target_type = "ip" }
  }
  listener_rules = {
    main = {
      listener_arn      = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
      priority          = 20
      host_headers      = ["shop.example.org"]
      weights           = { blue = 100, green = 0 }
      owned_by_delivery = true
    }
  }
}

module "target_groups" {
  source = "../.."

  name           = "shop"
  vpc_id         = "vpc-0a1b2c3d4e5f60718"
  groups         = local.groups
  listener_rules = local.listener_rules
}

module "shared" {
  source = "../.."

  mode           = "reuse"
  name           = "shop"
  vpc_id         = "vpc-0a1b2c3d4e5f60718"
  groups         = local.groups
  listener_rules = local.listener_rules
  existing = {
    target_groups  = module.target_groups.target_group_arns
    listener_rules = module.target_groups.listener_rule_arns
  }
}

output "listener_rule_arns" {
  description = "The rule between them."
  value       = module.shared.listener_rule_arns
}
