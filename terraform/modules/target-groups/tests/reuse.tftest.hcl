mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode   = "reuse"
  name   = "shop"
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  groups = { blue = { port = 80, target_type = "ip" } }
  listener_rules = {
    main = {
      listener_arn  = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
      priority      = 10
      path_patterns = ["/*"]
      weights       = { blue = 1 }
    }
  }
  existing = {
    target_groups  = { blue = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/made/0f0e0d0c0b0a0908" }
    listener_rules = { main = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081/0f0e0d0c0b0a0908" }
  }
}

run "nothing_is_made" {
  assert {
    condition = sum([for made in [
      aws_lb_target_group.this, aws_lb_target_group_attachment.this, aws_lb_listener_rule.this, aws_lb_listener_rule.delivery,
    ] : length(made)]) == 0
    error_message = "Something that belongs to others is made or changed."
  }
}

run "outputs_are_those_of_create" {
  assert {
    condition = (
      output.target_group_arns["blue"] == "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/made/0f0e0d0c0b0a0908" &&
      output.target_group_arn_suffixes["blue"] == "targetgroup/made/0a1b2c3d4e5f6071" && output.target_group_names["blue"] == "made"
    )
    error_message = "The outputs are not of the existing target group."
  }
  assert {
    condition     = output.listener_rule_arns["main"] == "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081/0f0e0d0c0b0a0908"
    error_message = "The outputs are not of the existing rule."
  }
}

run "a_group_of_another_vpc_is_refused" {
  command = plan

  variables {
    vpc_id = "vpc-0ffffffffffffffff"
  }

  expect_failures = [data.aws_lb_target_group.this["blue"]]
}

run "a_group_of_another_type_is_refused" {
  command = plan

  variables {
    groups = { blue = { port = 80, target_type = "instance" } }
  }

  expect_failures = [data.aws_lb_target_group.this["blue"]]
}
