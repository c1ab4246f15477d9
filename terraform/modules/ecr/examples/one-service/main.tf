# The images of one service and of its migrations; a production account pulls from the second repository too.
provider "aws" {
  region = "eu-west-1"
}

module "ecr" {
  source = "../.."

  name = "shop"
  repositories = {
    web     = {}
    migrate = { readers = ["arn:aws:iam::222222222222:root"] }
  }
}

output "repository_urls" {
  description = "Where to push to."
  value       = module.ecr.repository_urls
}
