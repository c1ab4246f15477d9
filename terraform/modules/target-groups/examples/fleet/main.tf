# Two servers behind one rule of a load balancer, with the application's own health check.
provider "aws" {
  region = "eu-west-1"
}

module "target_groups" {
  source = "../.."

  name   = "flask"
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  groups = {
    web = {
      port         = 80
      health_check = { path = "/health" }
      attachments = {
        one = { target_id = "i-0a1b2c3d4e5f60718" }
        two = { target_id = "i-0f0e0d0c0b0a09080" }
      }
    }
  }
  listener_rules = {
    web = {
      listener_arn  = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
      priority      = 10
      path_patterns = ["/*"]
      weights       = { web = 1 }
    }
  }
}

output "target_group_names" {
  description = "What the runner takes hosts out of, and puts them back into."
  value       = module.target_groups.target_group_names
}
