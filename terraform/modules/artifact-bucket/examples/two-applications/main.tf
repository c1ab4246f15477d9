# The artifacts of two applications: the build server writes both, and hosts read only their own. A published artifact cannot be
# deleted for a month, and its name is never used again.
provider "aws" {
  region = "eu-west-1"
}

resource "aws_iam_role" "build" {
  name_prefix = "shop-build-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role" "hosts" {
  name_prefix = "shop-hosts-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

module "artifact_bucket" {
  source = "../.."

  name       = "platform"
  write_once = { days = 30, no_overwrite = true }
  applications = {
    shop = {
      writers = [aws_iam_role.build.arn]
      readers = [aws_iam_role.hosts.arn]
    }
    blog = {
      prefix    = "sites/blog"
      writers   = [aws_iam_role.build.arn]
      keep_days = 365
    }
  }
}

output "artifact_locations" {
  description = "Where builds put artifacts, and deliveries take them from."
  value       = module.artifact_bucket.artifact_locations
}
