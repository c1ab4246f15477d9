# The artifacts of two applications: a build role writes, hosts read, each only its own. A published artifact cannot be deleted for
# a month, and its name never means another one.
provider "aws" {
  region = "eu-west-1"
}

module "artifact_bucket" {
  source = "../.."

  name       = "platform"
  write_once = { days = 30, no_overwrite = true }
  applications = {
    shop = {
      writers = ["arn:aws:iam::111111111111:role/shop-build"]
      readers = ["arn:aws:iam::111111111111:role/shop-hosts"]
    }
    blog = {
      prefix    = "sites/blog"
      writers   = ["arn:aws:iam::111111111111:role/blog-build"]
      readers   = ["arn:aws:iam::222222222222:root"]
      keep_days = 365
    }
  }
}

output "artifact_locations" {
  description = "Where builds put artifacts, and deliveries take them from."
  value       = module.artifact_bucket.artifact_locations
}
