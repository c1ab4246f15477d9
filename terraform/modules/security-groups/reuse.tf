# Groups that belong to somebody else: only looked up, never changed.

data "aws_security_group" "this" {
  for_each = local.create ? {} : var.existing

  id = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.vpc_id
      error_message = "existing: ${each.key} is ${each.value}, which is in ${self.vpc_id}, not in ${var.vpc_id}."
    }
  }
}
