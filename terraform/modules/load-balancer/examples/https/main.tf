# The only entry of a shop from outside: HTTPS with two certificates, everything else is redirected, and each request is logged. A
# second deployment adds its rules to the same listener.
provider "aws" {
  region = "eu-west-1"
}

module "load_balancer" {
  source = "../.."

  name               = "shop"
  subnet_ids         = { a = "subnet-0000000000000000a", b = "subnet-0000000000000000b" }
  security_group_ids = ["sg-0a1b2c3d4e5f60718"]
  certificate_arn    = "arn:aws:acm:eu-west-1:111111111111:certificate/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
  host_name          = "shop.example.org"
  access_logs        = { bucket_name = "shop-records", prefix = "load-balancer" }

  listeners = {
    http = { port = 80, protocol = "HTTP", action = "redirect" }
    https = {
      port     = 443
      protocol = "HTTPS"
      additional_certificate_arns = {
        brand = "arn:aws:acm:eu-west-1:111111111111:certificate/ffffffff-4e5f-6071-8293-a4b5c6d7e8f9"
      }
    }
  }
}

module "shared" {
  source = "../.."

  mode      = "reuse"
  name      = "blog"
  host_name = "blog.example.org"
  listeners = { https = { port = 443, protocol = "HTTPS" } }
  existing = {
    load_balancer = { arn = module.load_balancer.load_balancer_arn }
    listeners     = { https = module.load_balancer.listener_arns["https"] }
  }
}

output "urls" {
  description = "Where people go."
  value       = { shop = module.load_balancer.url, blog = module.shared.url }
}
