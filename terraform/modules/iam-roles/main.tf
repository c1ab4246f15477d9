# Roles and who may use them. What each may do is in kinds.tf (named resources) and areas.tf (Terraform's own roles).

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  create = var.mode == "create"

  # The id of the region is its name in every version of the provider.
  region    = data.aws_region.current.id
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  names    = { for key, role in var.roles : key => coalesce(role.name, "${var.name}-${key}") }
  created  = { for key, role in var.roles : key => role if local.create }
  profiles = { for key, role in var.roles : key => role if role.trust.by == "ec2" }

  # One place for the ARN that a role will have: a policy may name it before the role is there.
  own_arns = { for key, name in local.names : key => "arn:${local.partition}:iam::${local.account}:role${var.path}${name}" }

  # What comes before the first wildcard of a subject; where there is none, the subject must be exactly that.
  patterns = { for key, role in var.roles : key => anytrue([for subject in role.trust.subjects : can(regex("[*?]", subject))]) }
  issuers  = { for key, role in var.roles : key => try(split(":oidc-provider/", role.trust.provider_arn)[1], "") }

  trust = {
    for key, role in local.created : key => {
      ec2 = [{
        Effect = "Allow"
        # EC2 has another name in the regions of China.
        Principal = { Service = "ec2.${data.aws_partition.current.dns_suffix}" }
        Action    = ["sts:AssumeRole"]
        Condition = {}
      }]
      # Without the source account another account's tasks could be given this role by a service that is talked into it.
      ecs-tasks = [{
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = ["sts:AssumeRole"]
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account }
          ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account}:*" }
        }
      }]
      oidc = [{
        Effect    = "Allow"
        Principal = { Federated = role.trust.provider_arn }
        Action    = ["sts:AssumeRoleWithWebIdentity"]
        Condition = merge(
          {
            StringEquals = merge(
              { "${local.issuers[key]}:aud" = sort(role.trust.audiences) },
              local.patterns[key] ? {} : { "${local.issuers[key]}:sub" = sort(role.trust.subjects) },
            )
          },
          local.patterns[key] ? { StringLike = { "${local.issuers[key]}:sub" = sort(role.trust.subjects) } } : {},
        )
      }]
      principals = [{
        Effect    = "Allow"
        Principal = { AWS = sort(role.trust.principals) }
        Action    = ["sts:AssumeRole"]
        Condition = role.trust.external_id == null ? {} : { StringEquals = { "sts:ExternalId" = role.trust.external_id } }
      }]
    }[role.trust.by]
  }

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode != "reuse" ? [] : concat(
    [for key in keys(var.roles) : "roles.${key}"],
    [for key, role in var.roles : "instance_profiles.${key}" if role.trust.by == "ec2"],
  )
}

resource "aws_iam_role" "this" {
  for_each = local.created

  name                 = local.names[each.key]
  path                 = var.path
  description          = coalesce(each.value.description, "${each.value.kind} role of ${var.name}")
  max_session_duration = each.value.max_session_seconds
  permissions_boundary = var.permissions_boundary
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for statement in local.trust[each.key] : { for word, value in statement : word => value if value != {} }]
  })
  tags = merge(var.tags, { kind = each.value.kind })
}

resource "aws_iam_role_policy" "this" {
  for_each = { for key, role in local.created : key => role if length(local.statements[key]) > 0 }

  name   = each.value.kind
  role   = aws_iam_role.this[each.key].name
  policy = local.policies[each.key]

  lifecycle {
    # AWS counts what is not white space, in all inline policies of a role together.
    precondition {
      condition     = length(local.policies[each.key]) <= 10240
      error_message = "The policies of ${each.key} are ${length(local.policies[each.key])} characters long, and a role takes 10240: name fewer resources, or use two roles."
    }
  }
}

resource "aws_iam_instance_profile" "this" {
  for_each = { for key, role in local.profiles : key => role if local.create }

  name = local.names[each.key]
  path = var.path
  role = aws_iam_role.this[each.key].name
  tags = var.tags
}
