# The bucket that holds Terraform's states and the ledger. How it is guarded is in protection.tf, who may do what in policies.tf.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  create  = var.mode == "create"
  created = local.create ? { main = coalesce(var.bucket_name, "${var.name}-state-${data.aws_caller_identity.current.account_id}") } : {}

  # The id of the region is its name in every version of the provider; its attribute `name` is deprecated in version 6.
  region    = data.aws_region.current.id
  partition = data.aws_partition.current.partition

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode == "reuse" ? concat(["bucket"], var.encryption == "s3" ? [] : ["kms_key"]) : []
}

module "bucket" {
  source   = "./bucket"
  for_each = local.created

  name = each.value
  # A bucket that still holds a version of a state is not deleted, and its objects not by Terraform.
  force_destroy = false
  old_versions  = var.old_versions
  encryption    = var.encryption
  kms_key_arn   = local.kms_key_arn
  access_logs   = var.access_logs

  deletion_protection = var.deletion_protection
  tags                = var.tags
}
