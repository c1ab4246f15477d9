output "bucket_name" {
  description = "Name of the bucket."
  value       = local.bucket.name
}

output "bucket_arn" {
  description = "ARN of the bucket: what policies name."
  value       = local.bucket.arn
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the objects; null where `encryption` is `s3`."
  value       = local.kms_key_arn
}

output "backend_config" {
  description = "What `terraform init -backend-config` takes for every state in the bucket; the `key` is each deployment's own."
  value = merge(
    { bucket = local.bucket.name, region = local.region, encrypt = "true", use_lockfile = "true" },
    var.encryption == "s3" ? {} : { kms_key_id = local.kms_key_arn },
  )
}

output "state_keys" {
  description = "Object that holds the state, by `STATE/WORKSPACE`."
  value       = local.state_objects
}

output "policies" {
  description = "Minimal IAM policies as JSON, by `STATE/WORKSPACE`: `read` for who plans, `write` for who applies; both lock."
  value       = local.policies
}

output "ledger_locations" {
  description = "What `state.location` is in `automation-stack.yml`, by key of `ledgers`."
  value       = { for key, prefix in var.ledgers : key => "s3://${local.bucket.name}/${prefix}" }
}

output "ledger_policies" {
  description = "Minimal IAM policy as JSON for who deploys with a ledger, by key of `ledgers`."
  value       = local.ledger_policies
}
