output "secret_arns" {
  description = "ARN, by key: what policies and task definitions name."
  value       = { for key, secret in local.secrets : key => secret.arn }
}

output "secret_names" {
  description = "Name in Secrets Manager, by key: where the value is put."
  value       = { for key, secret in local.secrets : key => secret.name }
}

output "kms_keys" {
  description = "Key that encrypts the secret, by key; null for the account's default key of Secrets Manager."
  value       = { for key, secret in local.secrets : key => secret.kms_key == "" ? null : secret.kms_key }
}
