# What builds an image, and the parameter that names the newest one. steps.tf has the steps, role.tf whose rights they work with,
# events.tf when they start and who hears that one failed.

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  create      = var.mode == "create"
  application = coalesce(var.application, var.name)

  # The id of the region is its name in every version of the provider.
  region    = data.aws_region.current.id
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  # Where each system's publisher writes the id of its newest image, and what its root disk is called.
  systems = {
    amazon-linux-2023 = {
      x86_64      = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64", arm64 = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
      root_device = "/dev/xvda"
    }
    ecs-optimised = {
      x86_64      = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id", arm64 = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"
      root_device = "/dev/xvda"
    }
    debian-12 = {
      x86_64      = "/aws/service/debian/release/12/latest/amd64", arm64 = "/aws/service/debian/release/12/latest/arm64"
      root_device = "/dev/xvda"
    }
    "ubuntu-24.04" = {
      x86_64      = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id", arm64 = "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id"
      root_device = "/dev/sda1"
    }
  }

  created         = { for key, image in var.images : key => image if local.create }
  document_names  = { for key in keys(var.images) : key => "${var.name}-${key}" }
  parameter_names = { for key, image in var.images : key => coalesce(image.parameter_name, "/${var.name}/images/${key}") }
  base_parameters = { for key, image in local.created : key => coalesce(image.parameter, local.systems[image.os][image.architecture]) if image.ami_id == null }

  # Every part of an image bears these; the automation may end, stop and share only what bears the last of them.
  tags = merge(var.tags, { application = local.application, image-builder = var.name })

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode == "reuse" ? concat(["role.name"], flatten([for key in keys(var.images) : ["documents.${key}", "parameters.${key}"]])) : []
}

data "aws_ssm_parameter" "base" {
  for_each = local.base_parameters

  name = each.value
}

resource "aws_ssm_document" "this" {
  for_each = local.created

  name            = local.document_names[each.key]
  document_type   = "Automation"
  document_format = "JSON"
  tags            = local.tags

  content = jsonencode({
    schemaVersion = "0.3"
    description   = "Builds the image ${each.key} of ${var.name} and writes its id to ${local.parameter_names[each.key]}."
    assumeRole    = aws_iam_role.automation["main"].arn
    mainSteps     = local.steps[each.key]
    outputs       = ["create_image.ImageId"]
  })

  lifecycle {
    precondition {
      condition     = length(jsonencode(local.steps[each.key])) <= 62000
      error_message = "The document of ${each.key} is ${length(jsonencode(local.steps[each.key]))} characters long, and a document takes 65536: move commands to a script or playbook that the build fetches."
    }
  }
}

# It begins with the image that is built upon, so that who reads it has one to start from before the first build.
resource "aws_ssm_parameter" "this" {
  #checkov:skip=CKV2_AWS_34:The id of an image is no secret, and EC2 reads no encrypted one.
  for_each = local.created

  name        = local.parameter_names[each.key]
  description = "Newest image ${each.key} of ${var.name}, written by the automation ${local.document_names[each.key]}"
  type        = "String"
  # Systems Manager then takes only ids of images that are there, and EC2 takes resolve:ssm:NAME in place of an id.
  data_type      = "aws:ec2:image"
  insecure_value = each.value.ami_id != null ? each.value.ami_id : data.aws_ssm_parameter.base[each.key].insecure_value
  tags           = local.tags

  lifecycle {
    # From the first build on it is the automation's.
    ignore_changes = [insecure_value]
  }
}
