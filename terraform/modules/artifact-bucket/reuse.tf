# A bucket that belongs to somebody else: only looked up, never changed.

data "aws_s3_bucket" "this" {
  for_each = local.create ? {} : { main = var.existing["bucket"] }

  bucket = each.value
}

data "aws_kms_key" "this" {
  for_each = !local.create && var.encryption != "s3" ? { main = var.existing["kms_key"] } : {}

  key_id = each.value

  lifecycle {
    postcondition {
      condition     = self.enabled && self.key_usage == "ENCRYPT_DECRYPT"
      error_message = "existing: kms_key is ${each.value}, which cannot encrypt: it is disabled or has another use (${self.key_usage})."
    }
  }
}
