# What nobody may do, whoever else allows it. `prevent_destroy` cannot be a variable, and would stop whoever tries the module out; this
# can be: the policy is made last and so is the first thing that a destroy takes away, which it forbids itself. S3 refuses, and
# the bucket keeps its versions, its encryption and its key.

resource "aws_s3_bucket_policy" "this" {
  for_each = local.created

  bucket = module.bucket[each.key].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = module.bucket[each.key].guards
  })

  depends_on = [module.bucket, aws_kms_alias.this]
}
