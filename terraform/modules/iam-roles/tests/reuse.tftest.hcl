mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode = "reuse"
  name = "shop"
  roles = {
    agent = { kind = "build", trust = { by = "ec2" }, session_manager = true }
    task  = { kind = "task", trust = { by = "ecs-tasks" } }
  }
  existing = {
    roles             = { agent = "found", task = "team-task" }
    instance_profiles = { agent = "team-profile" }
  }
}

run "nothing_is_made" {
  assert {
    condition     = length(aws_iam_role.this) + length(aws_iam_role_policy.this) + length(aws_iam_instance_profile.this) + length(aws_iam_policy.areas) == 0
    error_message = "A role that belongs to others is made or changed."
  }
}

run "outputs_are_those_of_create" {
  assert {
    condition     = output.role_names == { agent = "found", task = "team-task" } && output.role_arns["task"] == "arn:aws:iam::111111111111:role/found"
    error_message = "The outputs are not of the existing roles."
  }
  assert {
    condition     = output.instance_profile_names == { agent = "team-profile" } && output.instance_profile_arns == { agent = "arn:aws:iam::111111111111:instance-profile/found" }
    error_message = "The instance profile is not the existing one."
  }
}

run "a_role_that_trusts_others_is_refused" {
  command = plan

  override_data {
    target = data.aws_iam_role.this["task"]
    values = { assume_role_policy = "{\"Statement\":[{\"Principal\":{\"Service\":\"lambda.amazonaws.com\"}}]}" }
  }

  expect_failures = [data.aws_iam_role.this["task"]]
}

run "a_profile_of_another_role_is_refused" {
  command = plan

  override_data {
    target = data.aws_iam_instance_profile.this["agent"]
    values = { role_name = "another" }
  }

  expect_failures = [data.aws_iam_instance_profile.this["agent"]]
}
