mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode         = "reuse"
  name         = "shop"
  repositories = { web = {}, api = {} }
  existing     = { web = "team/web", api = "team/api" }
}

run "nothing_is_made" {
  assert {
    condition     = length(aws_ecr_repository.this) + length(aws_ecr_lifecycle_policy.this) + length(aws_ecr_repository_policy.this) == 0
    error_message = "A repository that belongs to others is made or changed."
  }
}

run "outputs_are_those_of_create" {
  assert {
    condition     = output.repository_names == { api = "team/api", web = "team/web" }
    error_message = "The outputs do not name the existing repositories."
  }
  assert {
    condition     = output.repository_urls["web"] == "111111111111.dkr.ecr.eu-west-1.amazonaws.com/found"
    error_message = "The URL is not the existing repository's."
  }
  assert {
    condition     = output.repository_arns["web"] == "arn:aws:ecr:eu-west-1:111111111111:repository/found"
    error_message = "The ARN is not the existing repository's."
  }
  assert {
    condition     = output.registry_ids == { api = "111111111111", web = "111111111111" }
    error_message = "The registry ids are not those of the existing repositories."
  }
}
