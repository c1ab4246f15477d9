# A group behind a load balancer whose size follows the requests, from an image that has the application; and a template for another system that starts instances itself.
provider "aws" {
  region = "eu-west-1"
}

module "web" {
  source = "../.."

  name                  = "shop-web"
  image                 = { parameter = "/shop/images/web" }
  security_group_ids    = ["sg-0a1b2c3d4e5f60718"]
  instance_profile_name = "shop-web"
  autoscaling = {
    subnet_ids        = { a = "subnet-0000000000000001a", b = "subnet-0000000000000001b" }
    min               = 2
    max               = 6
    refresh           = true
    target_group_arns = ["arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/shop/0a1b2c3d4e5f6071"]
    requests = {
      per_target               = 600
      load_balancer_arn_suffix = "app/shop/0a1b2c3d4e5f6071"
      target_group_arn_suffix  = "targetgroup/shop/0a1b2c3d4e5f6071"
    }
  }
}

module "replaced" {
  source = "../.."

  name                 = "report"
  security_group_ids   = ["sg-0a1b2c3d4e5f60718"]
  launch_template_only = true
}

output "launch_template_id" {
  description = "What instances are started from."
  value       = module.replaced.launch_template_id
}
