locals {
  bucket = local.create ? {
    name = module.bucket["main"].name, arn = module.bucket["main"].arn
    } : {
    name = data.aws_s3_bucket.this["main"].bucket, arn = data.aws_s3_bucket.this["main"].arn
  }
}

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

output "artifact_locations" {
  description = "Where the artifacts of each application are, as `s3://BUCKET/PREFIX`."
  value       = { for key, prefix in local.prefixes : key => "s3://${local.bucket.name}/${prefix}" }
}

output "artifact_arns" {
  description = "ARN of all artifacts of each application, for policies."
  value       = { for key, prefix in local.prefixes : key => "${local.bucket.arn}/${prefix}/*" }
}
