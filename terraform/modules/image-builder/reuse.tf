# Builders that somebody else owns: only looked up, never changed.

data "aws_iam_role" "automation" {
  for_each = local.create ? {} : { main = var.existing["role"]["name"] }

  name = each.value

  lifecycle {
    postcondition {
      condition     = strcontains(self.assume_role_policy, "ssm.amazonaws.com")
      error_message = "existing: role.name is ${each.value}, which Systems Manager may not assume."
    }
  }
}

data "aws_ssm_document" "this" {
  for_each = local.create ? {} : { for key in keys(var.images) : key => var.existing["documents"][key] }

  name            = each.value
  document_format = "JSON"

  lifecycle {
    postcondition {
      condition     = self.document_type == "Automation" && try(jsondecode(self.content).assumeRole, "") == data.aws_iam_role.automation["main"].arn
      error_message = "existing: documents.${each.key} is ${each.value}, a document of type ${self.document_type} that works with the role ${try(jsondecode(self.content).assumeRole, "of whoever starts it")}, not with ${data.aws_iam_role.automation["main"].arn}."
    }
    postcondition {
      condition     = strcontains(self.content, "\"${var.existing["parameters"][each.key]}\"")
      error_message = "existing: documents.${each.key} is ${each.value}, which does not write to ${var.existing["parameters"][each.key]}."
    }
  }
}

data "aws_ssm_parameter" "this" {
  for_each = local.create ? {} : { for key in keys(var.images) : key => var.existing["parameters"][key] }

  name = each.value

  lifecycle {
    postcondition {
      condition     = can(regex("^ami-[0-9a-f]{8,17}$", self.insecure_value))
      error_message = "existing: parameters.${each.key} is ${each.value}, which contains no id of an image."
    }
  }
}
