output "key_names" {
  description = "Name of the key pair, by key, for a launch template or an instance."
  value       = { for key, pair in local.pairs : key => pair.name }
}

output "key_pair_ids" {
  description = "Id of the key pair, by key."
  value       = { for key, pair in local.pairs : key => pair.id }
}

output "key_pair_arns" {
  description = "ARN of the key pair, by key: what policies name."
  value       = { for key, pair in local.pairs : key => pair.arn }
}

output "fingerprints" {
  description = "Fingerprint of the public key as EC2 tells it, by key."
  value       = { for key, pair in local.pairs : key => pair.fingerprint }
}
