# Two target groups behind rules whose weights Terraform ignores, with a listener to test the new group first; and a second
# deployment that looks up the service.
provider "aws" {
  region = "eu-west-1"
}

locals {
  load_balancing = {
    strategy       = "blue-green"
    container_port = 8080
    rules = {
      main = {
        listener_arn  = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
        priority      = 10
        path_patterns = ["/*"]
      }
      test = {
        listener_arn  = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
        priority      = 5
        path_patterns = ["/*"]
        headers       = { X-Preview = ["next"] }
      }
    }
  }
}

module "service" {
  source = "../.."

  name               = "shop"
  cluster_arn        = "arn:aws:ecs:eu-west-1:111111111111:cluster/team"
  vpc_id             = "vpc-0a1b2c3d4e5f60718"
  subnet_ids         = { a = "subnet-0000000000000001a", b = "subnet-0000000000000001b" }
  security_group_ids = ["sg-0a1b2c3d4e5f60718"]
  execution_role_arn = "arn:aws:iam::111111111111:role/shop-execution"
  load_balancing     = local.load_balancing
  containers = {
    app = {
      image = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.0.0"
      ports = { http = { port = 8080 } }
    }
  }
}

module "found" {
  source = "../.."

  mode           = "reuse"
  name           = "shop"
  cluster_arn    = "arn:aws:ecs:eu-west-1:111111111111:cluster/team"
  vpc_id         = "vpc-0a1b2c3d4e5f60718"
  load_balancing = local.load_balancing
  existing = {
    service_name           = module.service.service_name
    log_group_name         = module.service.log_group_name
    blue_target_group_arn  = module.service.target_group_arns["blue"]
    green_target_group_arn = module.service.target_group_arns["green"]
    listener_rule_arn      = module.service.listener_rule_arn
    test_listener_rule_arn = module.service.test_listener_rule_arn
    balancing_role_arn     = module.service.native_deployment.role_arn
  }
}

output "switch" {
  description = "The service and the rule between its groups."
  value       = { target_groups = module.found.target_group_arns, rule = module.found.listener_rule_arn }
}
