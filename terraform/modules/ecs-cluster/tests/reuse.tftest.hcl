mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode            = "reuse"
  name            = "shop"
  capacity        = ["fargate", "instances"]
  service_connect = { enabled = true }
  existing = {
    cluster_name           = "team"
    capacity_provider_name = "team-instances"
    autoscaling_group_name = "team-group"
    namespace_name         = "team"
  }
}

run "nothing_is_made" {
  assert {
    condition = sum([for made in [
      aws_ecs_cluster.this, aws_cloudwatch_log_group.execute_command, aws_service_discovery_http_namespace.this, aws_ecs_cluster_capacity_providers.this,
      aws_launch_template.this, aws_autoscaling_group.this, aws_ecs_capacity_provider.this,
    ] : length(made)]) == 0
    error_message = "Something of a cluster that belongs to others is made or changed."
  }
}

run "outputs_are_those_of_create" {
  assert {
    condition     = output.cluster_name == "team" && output.cluster_arn == "arn:aws:ecs:eu-west-1:111111111111:cluster/found"
    error_message = "The outputs are not of the existing cluster."
  }
  assert {
    condition     = jsonencode(output.capacity_provider_names) == jsonencode({ fargate = "FARGATE", instances = "team-instances" }) && output.autoscaling_group_name == "team-group"
    error_message = "The capacity is not that of the existing cluster."
  }
  assert {
    condition     = output.service_connect_namespace_arn == "arn:aws:servicediscovery:eu-west-1:111111111111:namespace/ns-0f0e0d0c0b0a0908"
    error_message = "The namespace is not the existing one."
  }
}

run "a_cluster_alone_needs_its_name_alone" {
  command = plan

  variables {
    capacity        = ["fargate"]
    service_connect = {}
    existing        = { cluster_name = "team" }
  }

  assert {
    condition     = output.autoscaling_group_name == null && output.service_connect_namespace_arn == null
    error_message = "The outputs name what there is not."
  }
}

run "a_cluster_that_is_gone_is_refused" {
  command = plan

  override_data {
    target = data.aws_ecs_cluster.this["main"]
    values = { status = "INACTIVE" }
  }

  expect_failures = [data.aws_ecs_cluster.this["main"]]
}

run "a_group_that_ecs_does_not_manage_is_refused" {
  command = plan

  override_data {
    target = data.aws_autoscaling_group.this["main"]
    values = { tag = [{ key = "Name", value = "web", propagate_at_launch = true }] }
  }

  expect_failures = [data.aws_autoscaling_group.this["main"]]
}
