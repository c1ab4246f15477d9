output "bucket_name" {
  description = "Name of the bucket."
  value       = local.bucket.name
}

output "bucket_arn" {
  description = "ARN of the bucket: what policies name."
  value       = local.bucket.arn
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the objects; null if `encryption` is `s3`."
  value       = local.kms_key_arn
}

output "backend_config" {
  description = "Settings for `terraform init -backend-config`, for every state in the bucket; each deployment has its own `key`."
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
  description = "Minimal IAM policies as JSON, by `STATE/WORKSPACE`: `read` for planning, `write` for applying; both may lock."
  value       = local.policies
}

output "ledger_locations" {
  description = "What `state.location` is in `automation-stack.yml`, by key of `ledgers`."
  value       = { for key, prefix in var.ledgers : key => "s3://${local.bucket.name}/${prefix}" }
}

output "ledger_policies" {
  description = "Minimal IAM policy as JSON for deliveries with a ledger, by key of `ledgers`."
  value       = local.ledger_policies
}
