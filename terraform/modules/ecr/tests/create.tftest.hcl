mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "shop"
  repositories = {
    web = {}
    api = { name = "team/api", kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/1b2c", keep_tagged = 200 }
  }
  tags = { application = "shop" }
}

run "defaults_are_safe" {
  command = plan

  assert {
    condition     = aws_ecr_repository.this["web"].name == "shop/web"
    error_message = "Without a name a repository is called after the application and its key."
  }
  assert {
    condition     = aws_ecr_repository.this["web"].image_tag_mutability == "IMMUTABLE"
    error_message = "A tag can be moved to another image."
  }
  assert {
    condition     = aws_ecr_repository.this["web"].image_scanning_configuration[0].scan_on_push
    error_message = "A pushed image is not scanned."
  }
  assert {
    condition     = aws_ecr_repository.this["web"].encryption_configuration[0].encryption_type == "AES256"
    error_message = "Images are not encrypted."
  }
  assert {
    condition     = !aws_ecr_repository.this["web"].force_delete
    error_message = "Images go with their repository."
  }
  assert {
    condition     = aws_ecr_repository.this["web"].tags == tomap({ application = "shop" })
    error_message = "The repository lacks its tags."
  }
  assert {
    condition     = length(aws_ecr_repository_policy.this) == 0
    error_message = "Somebody elsewhere may pull though nobody was named."
  }
  assert {
    condition     = length(data.aws_ecr_repository.this) == 0
    error_message = "A repository is looked up though it is made."
  }
}

run "a_key_of_ones_own_encrypts" {
  command = plan

  assert {
    condition = (
      aws_ecr_repository.this["api"].encryption_configuration[0].encryption_type == "KMS" &&
      aws_ecr_repository.this["api"].encryption_configuration[0].kms_key == "arn:aws:kms:eu-west-1:111111111111:key/1b2c"
    )
    error_message = "The key that was given does not encrypt the repository."
  }
}

run "no_image_goes_by_default" {
  command = plan

  assert {
    condition     = !contains(keys(aws_ecr_lifecycle_policy.this), "web")
    error_message = "An image that a release names, a signature or a digest that runs would be deleted."
  }
  assert {
    condition = [
      for rule in jsondecode(aws_ecr_lifecycle_policy.this["api"].policy).rules : [rule.selection.tagStatus, rule.selection.countNumber]
    ] == [["tagged", 200]]
    error_message = "keep_tagged does not limit the tagged images."
  }
}

run "untagged_images_go_where_that_is_wanted" {
  command = plan

  variables {
    repositories = { web = { untagged_days = 30 } }
  }

  assert {
    condition = [
      for rule in jsondecode(aws_ecr_lifecycle_policy.this["web"].policy).rules : [rule.selection.tagStatus, rule.selection.countNumber]
    ] == [["untagged", 30]]
    error_message = "untagged_days does not limit the age of images without a tag."
  }
}

run "readers_may_pull_and_nothing_else" {
  command = plan

  variables {
    repositories = { web = { readers = ["arn:aws:iam::222222222222:root"] } }
  }

  assert {
    condition     = jsondecode(aws_ecr_repository_policy.this["web"].policy).Statement[0].Principal.AWS == ["arn:aws:iam::222222222222:root"]
    error_message = "The policy does not name the reader."
  }
  assert {
    condition = toset(flatten(jsondecode(aws_ecr_repository_policy.this["web"].policy).Statement[*].Action)) == toset([
      "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
    ])
    error_message = "A reader may do more, or less, than pull."
  }
}

run "outputs_are_by_key" {
  assert {
    condition     = output.repository_names == { api = "team/api", web = "shop/web" }
    error_message = "Names are not by key."
  }
  assert {
    condition     = output.repository_urls["web"] == aws_ecr_repository.this["web"].repository_url
    error_message = "The URL is not the repository's."
  }
  assert {
    condition     = output.repository_arns["web"] == aws_ecr_repository.this["web"].arn
    error_message = "The ARN is not the repository's."
  }
  assert {
    condition     = output.registry_ids == { api = "111111111111", web = "111111111111" }
    error_message = "The registry ids are not by key."
  }
}
