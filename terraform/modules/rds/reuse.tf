# An instance that belongs to somebody else: only looked up, never changed.

locals {
  reused = local.create ? {} : { main = var.existing["instance"] }
}

data "aws_db_instance" "this" {
  for_each = local.reused

  db_instance_identifier = each.value

  lifecycle {
    postcondition {
      condition     = self.engine == var.engine
      error_message = "existing: instance ${each.value} is ${self.engine}, not ${var.engine}."
    }
    postcondition {
      condition     = contains(keys(var.existing), "secret") || length(self.master_user_secret) > 0
      error_message = "existing: RDS keeps no password of ${each.value}; name the secret that holds it as existing.secret."
    }
  }
}

# tflint-ignore: terraform_unused_declarations # Nothing reads it: it is looked up for its postcondition.
data "aws_db_subnet_group" "this" {
  for_each = local.reused

  name = data.aws_db_instance.this[each.key].db_subnet_group

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.vpc_id
      error_message = "existing: instance ${each.value} is in ${self.vpc_id}, not in ${var.vpc_id}."
    }
  }
}
