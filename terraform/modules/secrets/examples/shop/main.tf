# What an application must know and nobody else: the values are put there by a person, once, after the first apply.
provider "aws" {
  region = "eu-west-1"
}

module "secrets" {
  source = "../.."

  name = "shop/production"
  secrets = {
    payment-token = { description = "Token of the payment provider" }
    session-key   = { description = "Signs sessions", readers = ["arn:aws:iam::111111111111:role/shop-tasks"] }
  }
}

output "secret_arns" {
  description = "What the task definition names."
  value       = module.secrets.secret_arns
}
