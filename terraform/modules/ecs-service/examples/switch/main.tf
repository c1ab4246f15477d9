# Two services behind one rule that a delivery changes, with a rule for tests of the idle one; and a second deployment that looks both up.
provider "aws" {
  region = "eu-west-1"
}

locals {
  load_balancing = {
    strategy       = "switch"
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
  autoscaling        = { enabled = true, max_count = 6 }
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
    blue_service_name      = module.service.service_names["blue"]
    green_service_name     = module.service.service_names["green"]
    log_group_name         = module.service.log_group_name
    blue_target_group_arn  = module.service.target_group_arns["blue"]
    green_target_group_arn = module.service.target_group_arns["green"]
    listener_rule_arn      = module.service.listener_rule_arn
    test_listener_rule_arn = module.service.test_listener_rule_arn
  }
}

output "switch" {
  description = "The services and the rule between their groups."
  value       = { services = module.found.service_names, target_groups = module.found.target_group_arns, rule = module.found.listener_rule_arn }
}
