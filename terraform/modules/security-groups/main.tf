# Groups and their rules. A rule is a resource of its own, keyed by group and rule, so that taking one away touches only it, and so
# that two groups may name each other.

locals {
  create  = var.mode == "create"
  created = { for key, group in var.groups : key => group if local.create }

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode == "reuse" ? keys(var.groups) : []
}

resource "aws_security_group" "this" {
  for_each = local.created

  # A prefix, so that a group that must be replaced can be made before the old one goes: that is in use until then.
  name_prefix = "${var.name}-${each.key}-"
  description = each.value.description
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}

# The group that AWS makes with a VPC lets everything in it talk; empty, it serves nobody by accident.
resource "aws_default_security_group" "this" {
  for_each = local.create && var.close_default_group ? { main = var.vpc_id } : {}

  vpc_id = each.value
  tags   = merge(var.tags, { Name = "${var.name}-default-unused" })
}
