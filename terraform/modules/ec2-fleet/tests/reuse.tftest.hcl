mock_provider "aws" {
  source = "../../mocks"

  override_data {
    target = data.aws_autoscaling_group.this["main"]
    values = { launch_template = [{ id = "lt-0f0e0d0c0b0a09080", name = "found", version = "7" }] }
  }
}

variables {
  mode               = "reuse"
  name               = "shop"
  security_group_ids = ["sg-0a1b2c3d4e5f60718"]
  image              = { os = "amazon-linux-2023" }
  instances          = { a = { subnet_id = "subnet-0000000000000001a", groups = ["web"] } }
  autoscaling        = { subnet_ids = { a = "subnet-0000000000000001a" }, min = 1, max = 2, cpu_percent = 50 }
  existing = {
    launch_template   = { id = "lt-0f0e0d0c0b0a09080" }
    instances         = { a = "i-0a1b2c3d4e5f60718" }
    autoscaling_group = { name = "team-web" }
  }
}

run "nothing_is_made" {
  assert {
    condition     = length(aws_launch_template.this) + length(aws_instance.this) + length(aws_eip.this) + length(aws_autoscaling_group.this) + length(aws_autoscaling_policy.this) + length(data.aws_ssm_parameter.image) == 0
    error_message = "Something of a fleet that belongs to others is made or changed."
  }
}

run "outputs_are_those_of_create" {
  assert {
    condition     = jsonencode([output.hosts["shop-a"].address, output.hosts["shop-a"].user, output.hosts["shop-a"].groups]) == jsonencode(["10.20.1.20", "ec2-user", ["web"]])
    error_message = "The host is not the existing one: ${jsonencode(output.hosts)}."
  }
  assert {
    condition     = data.aws_instance.this["a"].instance_id == "i-0a1b2c3d4e5f60718" && output.instance_ids["a"] == data.aws_instance.this["a"].id
    error_message = "The instance is not the existing one."
  }
  assert {
    condition     = output.launch_template_id == "lt-0f0e0d0c0b0a09080" && output.launch_template_version == "7" && output.autoscaling_group_name == "team-web"
    error_message = "The template or the group is not the existing one."
  }
}

run "an_instance_elsewhere_is_refused" {
  command = plan

  override_data {
    target = data.aws_instance.this["a"]
    values = { subnet_id = "subnet-0ffffffffffffffff" }
  }

  expect_failures = [data.aws_instance.this["a"]]
}

run "a_group_of_another_template_is_refused" {
  command = plan

  override_data {
    target = data.aws_autoscaling_group.this["main"]
    values = { launch_template = [{ id = "lt-0ffffffffffffffff", name = "another", version = "1" }] }
  }

  expect_failures = [data.aws_autoscaling_group.this["main"]]
}
