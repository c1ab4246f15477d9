# Inside of a VPC, without a certificate and without a log; both must be set explicitly. Deliveries change the default action of
# the listener.
provider "aws" {
  region = "eu-west-1"
}

module "load_balancer" {
  source = "../.."

  name                = "trial"
  internal            = true
  subnet_ids          = { a = "subnet-0000000000000001a", b = "subnet-0000000000000001b" }
  security_group_ids  = ["sg-0a1b2c3d4e5f60718"]
  access_logs         = { destination = "none" }
  deletion_protection = false

  listeners = {
    http = {
      port              = 8080
      protocol          = "HTTP"
      action            = "forward"
      owned_by_delivery = true
      target_group_arn  = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/trial/0a1b2c3d4e5f6071"
    }
  }
}

output "url" {
  description = "Where it answers."
  value       = module.load_balancer.url
}
