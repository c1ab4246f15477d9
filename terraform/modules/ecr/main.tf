locals {
  create = var.mode == "create"
  names  = { for key, repository in var.repositories : key => coalesce(repository.name, "${var.name}/${key}") }

  created = { for key, repository in var.repositories : key => repository if local.create }

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode == "reuse" ? keys(var.repositories) : []
}

resource "aws_ecr_repository" "this" {
  #checkov:skip=CKV_AWS_51:Tags are immutable by default, which checkov does not see in each.value; a test holds it.
  #checkov:skip=CKV_AWS_163:Scanned on push by default, which checkov does not see in each.value; a test holds it.
  for_each = local.created

  name                 = local.names[each.key]
  image_tag_mutability = each.value.immutable_tags ? "IMMUTABLE" : "MUTABLE"
  force_delete         = each.value.force_delete
  tags                 = var.tags

  image_scanning_configuration {
    scan_on_push = each.value.scan_on_push
  }

  encryption_configuration {
    encryption_type = each.value.kms_key_arn == null ? "AES256" : "KMS"
    kms_key         = each.value.kms_key_arn
  }
}

# Neither rule knows what an environment runs or may return to; `node runner prune` does.
resource "aws_ecr_lifecycle_policy" "this" {
  for_each = {
    for key, repository in local.created : key => repository
    if repository.untagged_days != null || repository.keep_tagged != null
  }

  repository = aws_ecr_repository.this[each.key].name
  policy = jsonencode({
    rules = concat(
      [for days in each.value.untagged_days[*] : {
        rulePriority = 1
        description  = "Images without a tag go after ${days} days"
        selection = {
          tagStatus   = "untagged"
          countType   = "sinceImagePushed"
          countUnit   = "days"
          countNumber = days
        }
        action = { type = "expire" }
      }],
      [for count in each.value.keep_tagged[*] : {
        rulePriority = 2
        description  = "The newest ${count} tagged images stay"
        selection = {
          tagStatus      = "tagged"
          tagPatternList = ["*"]
          countType      = "imageCountMoreThan"
          countNumber    = count
        }
        action = { type = "expire" }
      }],
    )
  })
}

resource "aws_ecr_repository_policy" "this" {
  for_each = { for key, repository in local.created : key => repository.readers if length(repository.readers) > 0 }

  repository = aws_ecr_repository.this[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Pull"
      Effect    = "Allow"
      Principal = { AWS = sort(each.value) }
      Action    = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })
}

data "aws_ecr_repository" "this" {
  for_each = local.create ? {} : var.existing

  name = each.value
}

locals {
  repositories = local.create ? {
    for key, made in aws_ecr_repository.this : key => {
      name = made.name, arn = made.arn, url = made.repository_url, registry_id = made.registry_id
    }
    } : {
    for key, found in data.aws_ecr_repository.this : key => {
      name = found.name, arn = found.arn, url = found.repository_url, registry_id = found.registry_id
    }
  }
}
