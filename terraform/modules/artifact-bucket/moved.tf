# Until 0.3.0 they were in this module itself.

moved {
  from = aws_s3_bucket.this["main"]
  to   = module.bucket["main"].aws_s3_bucket.this
}

moved {
  from = aws_s3_bucket_ownership_controls.this["main"]
  to   = module.bucket["main"].aws_s3_bucket_ownership_controls.this
}

moved {
  from = aws_s3_bucket_public_access_block.this["main"]
  to   = module.bucket["main"].aws_s3_bucket_public_access_block.this
}

moved {
  from = aws_s3_bucket_versioning.this["main"]
  to   = module.bucket["main"].aws_s3_bucket_versioning.this
}

moved {
  from = aws_s3_bucket_server_side_encryption_configuration.this["main"]
  to   = module.bucket["main"].aws_s3_bucket_server_side_encryption_configuration.this
}

moved {
  from = aws_s3_bucket_lifecycle_configuration.this["main"]
  to   = module.bucket["main"].aws_s3_bucket_lifecycle_configuration.this
}

moved {
  from = aws_s3_bucket_logging.this["main"]
  to   = module.bucket["main"].aws_s3_bucket_logging.this["main"]
}
