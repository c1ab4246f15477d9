# Roles that somebody else owns: only looked up, never changed.

data "aws_iam_role" "this" {
  for_each = local.create ? {} : { for key in keys(var.roles) : key => var.existing["roles"][key] }

  name = each.value

  lifecycle {
    postcondition {
      condition = strcontains(self.assume_role_policy, {
        ec2        = "ec2.amazonaws.com"
        ecs-tasks  = "ecs-tasks.amazonaws.com"
        oidc       = try(coalesce(var.roles[each.key].trust.provider_arn), "")
        principals = "sts:AssumeRole"
      }[var.roles[each.key].trust.by])
      error_message = "existing: roles.${each.key} is ${each.value}, which does not trust ${var.roles[each.key].trust.by}."
    }
  }
}

data "aws_iam_instance_profile" "this" {
  for_each = local.create ? {} : { for key in keys(local.profiles) : key => var.existing["instance_profiles"][key] }

  name = each.value

  lifecycle {
    postcondition {
      condition     = self.role_name == var.existing["roles"][each.key]
      error_message = "existing: instance_profiles.${each.key} is ${each.value}, which has the role ${self.role_name}, not ${var.existing["roles"][each.key]}."
    }
  }
}
