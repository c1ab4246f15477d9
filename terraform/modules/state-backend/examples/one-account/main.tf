# The bucket of an account, applied once and first: its own state stays in a file, or you move it into the bucket afterwards with
# `terraform init -migrate-state -backend-config=…`.
provider "aws" {
  region = "eu-west-1"
}

module "state_backend" {
  source = "../.."

  name = "platform"
  states = {
    shop = { key = "shop/terraform.tfstate", workspaces = ["staging", "production"] }
  }
  ledgers = { shop = "ledger" }
}

output "backend_config" {
  description = "For `terraform init -backend-config`, beside the key of each deployment."
  value       = module.state_backend.backend_config
}

output "plan_policy" {
  description = "What who plans production needs."
  value       = module.state_backend.policies["shop/production"].read
}
