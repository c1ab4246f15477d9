terraform {
  required_version = ">= 1.11"
  # No provider: `terraform_data` is built in, so this root needs no download and no cloud account.
}
