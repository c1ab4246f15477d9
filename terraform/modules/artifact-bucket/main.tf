# The bucket that releases are deployed from. Its permissions are in policy.tf.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  create  = var.mode == "create"
  created = local.create ? { main = coalesce(var.bucket_name, "${var.name}-artifacts-${data.aws_caller_identity.current.account_id}") } : {}

  # The id of the region is its name in every version of the provider; its attribute `name` is deprecated in version 6.
  region    = data.aws_region.current.id
  partition = data.aws_partition.current.partition
  prefixes  = { for key, application in var.applications : key => coalesce(application.prefix, key) }

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode == "reuse" ? concat(["bucket"], var.encryption == "s3" ? [] : ["kms_key"]) : []
}

module "bucket" {
  source   = "../state-backend/bucket"
  for_each = local.created

  name          = each.value
  force_destroy = var.force_destroy
  object_lock   = var.write_once != null
  old_versions  = { days = var.old_version_days }
  expiring = {
    for key, application in var.applications : key => { prefix = "${local.prefixes[key]}/", days = application.keep_days } if application.keep_days != null
  }
  encryption  = var.encryption
  kms_key_arn = local.kms_key_arn
  access_logs = var.access_logs

  deletion_protection = var.deletion_protection
  tags                = var.tags
}

# A version cannot be deleted before this age. With GOVERNANCE a role with s3:BypassGovernanceRetention can delete it.
resource "aws_s3_bucket_object_lock_configuration" "this" {
  for_each = { for key, name in local.created : key => var.write_once if var.write_once != null }

  bucket = module.bucket[each.key].id

  rule {
    default_retention {
      mode = each.value.mode
      days = each.value.days
    }
  }

  # Locks need versioning.
  depends_on = [module.bucket]
}
