terraform {
  required_version = ">= 1.11"

  # The team's bucket, made by modules/state-backend. Each workspace, and so each environment, has a state of its own in it.
  # No `encrypt`: without a `kms_key_id` beside it, it would override the key that the bucket encrypts with.
  backend "s3" {
    bucket               = "example-delivery"
    region               = "eu-west-1"
    key                  = "blue-green/terraform.tfstate"
    workspace_key_prefix = "blue-green"
    use_lockfile         = true
  }

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.46, < 7"
    }
  }
}

# Region and credentials come from the environment: automation-stack.yml names the region, the standard chain the credentials.
provider "aws" {}
