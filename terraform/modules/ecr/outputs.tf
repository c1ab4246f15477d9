output "repository_names" {
  description = "Name in the registry, by key."
  value       = { for key, repository in local.repositories : key => repository.name }
}

output "repository_urls" {
  description = "Where to push to and pull from, without a tag, by key."
  value       = { for key, repository in local.repositories : key => repository.url }
}

output "repository_arns" {
  description = "ARN, by key: what policies name."
  value       = { for key, repository in local.repositories : key => repository.arn }
}

output "registry_ids" {
  description = "Account that owns the repository, by key."
  value       = { for key, repository in local.repositories : key => repository.registry_id }
}
