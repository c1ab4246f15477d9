mock_provider "aws" {
  source = "../../mocks"

  override_data {
    target = data.aws_iam_role.automation["main"]
    values = { arn = "arn:aws:iam::111111111111:role/found", assume_role_policy = "{\"Statement\":[{\"Action\":\"sts:AssumeRole\",\"Principal\":{\"Service\":\"ssm.amazonaws.com\"}}]}" }
  }
}

variables {
  mode                  = "reuse"
  name                  = "shop"
  subnet_id             = "subnet-0000000000000001a"
  security_group_ids    = ["sg-0a1b2c3d4e5f60718"]
  instance_profile_name = "shop-build"
  instance_role_arn     = "arn:aws:iam::111111111111:role/shop-build"
  failure_topics        = { operators = "arn:aws:sns:eu-west-1:111111111111:operators" }
  images                = { web = { schedule = "rate(7 days)" } }
  existing = {
    documents  = { web = "team-web" }
    parameters = { web = "/found/web" }
    role       = { name = "found" }
  }
}

run "nothing_is_made" {
  assert {
    condition     = length(aws_ssm_document.this) + length(aws_ssm_parameter.this) + length(aws_iam_role.automation) + length(aws_iam_role_policy.automation) + length(aws_iam_role.schedule) + length(aws_cloudwatch_event_rule.schedule) + length(aws_cloudwatch_event_rule.failure) + length(aws_cloudwatch_event_target.failure) == 0
    error_message = "Something of a builder that belongs to others is made or changed."
  }
}

run "outputs_are_those_of_create" {
  assert {
    condition = jsonencode([output.document_names, output.document_arns, output.role_arn, output.image_ids]) == jsonencode([
      { web = "team-web" }, { web = "arn:aws:ssm:eu-west-1:111111111111:document/team-web" }, "arn:aws:iam::111111111111:role/found", { web = "ami-0a1b2c3d4e5f60718" }
    ])
    error_message = "The outputs are not of what exists: ${jsonencode([output.document_names, output.document_arns, output.role_arn, output.image_ids])}."
  }
  assert {
    condition     = data.aws_ssm_parameter.this["web"].name == "/found/web" && output.parameter_names["web"] == data.aws_ssm_parameter.this["web"].id && output.parameter_arns["web"] == data.aws_ssm_parameter.this["web"].arn
    error_message = "The parameter is not the existing one."
  }
}

run "a_document_with_another_role_is_refused" {
  command = plan

  override_data {
    target = data.aws_iam_role.automation["main"]
    values = { arn = "arn:aws:iam::111111111111:role/another", assume_role_policy = "{\"Statement\":[{\"Principal\":{\"Service\":\"ssm.amazonaws.com\"}}]}" }
  }

  expect_failures = [data.aws_ssm_document.this["web"]]
}

run "a_document_that_writes_elsewhere_is_refused" {
  command = plan

  variables {
    existing = { documents = { web = "team-web" }, parameters = { web = "/found/we" }, role = { name = "found" } }
  }

  expect_failures = [data.aws_ssm_document.this["web"]]
}

run "a_parameter_without_an_image_is_refused" {
  command = plan

  override_data {
    target = data.aws_ssm_parameter.this["web"]
    values = { insecure_value = "none yet" }
  }

  expect_failures = [data.aws_ssm_parameter.this["web"]]
}

run "a_role_of_another_service_is_refused" {
  command = plan

  override_data {
    target = data.aws_iam_role.automation["main"]
    values = { arn = "arn:aws:iam::111111111111:role/found", assume_role_policy = "{\"Statement\":[{\"Principal\":{\"Service\":\"ec2.amazonaws.com\"}}]}" }
  }

  expect_failures = [data.aws_iam_role.automation["main"]]
}
