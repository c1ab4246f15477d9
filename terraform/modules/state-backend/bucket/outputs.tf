output "id" {
  description = "Name of the bucket, known when it is made: what settings of the bucket refer to."
  value       = aws_s3_bucket.this.id
}

output "name" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.this.bucket
}

output "arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.this.arn
}

output "guards" {
  description = "Statements of the bucket's policy that say what nobody may do."
  value = concat(
    [
      {
        Sid       = "OnlyTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "NoOldTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
    ],
    [for actions in [["s3:DeleteBucket", "s3:DeleteBucketPolicy"]] : {
      Sid       = "Stays"
      Effect    = "Deny"
      Principal = "*"
      Action    = actions
      Resource  = [aws_s3_bucket.this.arn]
    } if var.deletion_protection],
  )
}

output "made" {
  description = "What is made, by kind, as tests of the modules around this one read it."
  value = {
    bucket              = aws_s3_bucket.this
    ownership_controls  = aws_s3_bucket_ownership_controls.this
    public_access_block = aws_s3_bucket_public_access_block.this
    versioning          = aws_s3_bucket_versioning.this
    encryption          = aws_s3_bucket_server_side_encryption_configuration.this
    lifecycle           = aws_s3_bucket_lifecycle_configuration.this
    logging             = aws_s3_bucket_logging.this
  }
}
