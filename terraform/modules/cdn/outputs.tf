locals {
  distribution = local.create ? {
    id          = aws_cloudfront_distribution.this["main"].id, arn = aws_cloudfront_distribution.this["main"].arn
    domain_name = aws_cloudfront_distribution.this["main"].domain_name, zone_id = aws_cloudfront_distribution.this["main"].hosted_zone_id
    } : {
    id          = data.aws_cloudfront_distribution.this["main"].id, arn = data.aws_cloudfront_distribution.this["main"].arn
    domain_name = data.aws_cloudfront_distribution.this["main"].domain_name, zone_id = data.aws_cloudfront_distribution.this["main"].hosted_zone_id
  }
}

output "distribution_id" {
  description = "Id of the distribution: what an invalidation names."
  value       = local.distribution.id
}

output "distribution_arn" {
  description = "ARN of the distribution: what policies name."
  value       = local.distribution.arn
}

output "domain_name" {
  description = "CloudFront's name for it: what alias records stand for."
  value       = local.distribution.domain_name
}

output "hosted_zone_id" {
  description = "Zone of `domain_name`, which alias records need too."
  value       = local.distribution.zone_id
}

output "urls" {
  description = "Where it is reached, by key of `aliases`; by `default` without any."
  value       = length(var.aliases) > 0 ? { for key, alias in var.aliases : key => "https://${alias.name}" } : { default = "https://${local.distribution.domain_name}" }
}

output "bucket_statements" {
  description = "Policy that each bucket needs, as JSON, by key of its origin: only this distribution may read."
  value = {
    for key, origin in local.buckets : key => jsonencode({
      Sid       = "ReadBy${local.distribution.id}"
      Effect    = "Allow"
      Principal = { Service = "cloudfront.amazonaws.com" }
      Action    = "s3:GetObject"
      Resource  = "${origin.bucket_arn}${origin.path}/*"
      Condition = { StringEquals = { "AWS:SourceArn" = local.distribution.arn } }
    })
  }
}
