mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "shop"
  tags = { application = "shop" }
}

run "defaults_are_safe" {
  command = plan

  assert {
    condition     = [for setting in aws_ecs_cluster.this["main"].setting : "${setting.name}=${setting.value}"] == ["containerInsights=enabled"]
    error_message = "Containers are not measured."
  }
  assert {
    condition = (
      aws_ecs_cluster.this["main"].configuration[0].execute_command_configuration[0].logging == "OVERRIDE" &&
      aws_ecs_cluster.this["main"].configuration[0].execute_command_configuration[0].log_configuration[0].cloud_watch_log_group_name == aws_cloudwatch_log_group.execute_command["main"].name &&
      aws_cloudwatch_log_group.execute_command["main"].retention_in_days == 90
    )
    error_message = "Nothing is kept of sessions in containers, or it is kept for ever."
  }
  assert {
    condition     = aws_ecs_cluster_capacity_providers.this["main"].capacity_providers == toset(["FARGATE"]) && length(aws_ecs_cluster_capacity_providers.this["main"].default_capacity_provider_strategy) == 0
    error_message = "Tasks run on something that nobody asked for."
  }
  assert {
    condition     = length(aws_autoscaling_group.this) + length(aws_launch_template.this) + length(aws_ecs_capacity_provider.this) + length(aws_service_discovery_http_namespace.this) == 0
    error_message = "There are instances or a namespace that nobody asked for."
  }
}

run "a_key_of_ones_own_encrypts_sessions_and_their_logs" {
  command = plan

  variables {
    execute_command = { kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/1b2c", retention_days = 7 }
  }

  assert {
    condition = (
      aws_ecs_cluster.this["main"].configuration[0].execute_command_configuration[0].kms_key_id == "arn:aws:kms:eu-west-1:111111111111:key/1b2c" &&
      aws_ecs_cluster.this["main"].configuration[0].execute_command_configuration[0].log_configuration[0].cloud_watch_encryption_enabled
    )
    error_message = "The key does not encrypt the sessions."
  }
  assert {
    condition     = aws_cloudwatch_log_group.execute_command["main"].kms_key_id == "arn:aws:kms:eu-west-1:111111111111:key/1b2c" && aws_cloudwatch_log_group.execute_command["main"].retention_in_days == 7
    error_message = "The key does not encrypt the log group."
  }
}

run "sessions_without_records_must_be_said" {
  command = plan

  variables {
    execute_command    = { destination = "none" }
    container_insights = "enhanced"
  }

  assert {
    condition     = aws_ecs_cluster.this["main"].configuration[0].execute_command_configuration[0].logging == "NONE" && length(aws_cloudwatch_log_group.execute_command) == 0
    error_message = "There is a log group that nothing uses."
  }
  assert {
    condition     = [for setting in aws_ecs_cluster.this["main"].setting : setting.value] == ["enhanced"]
    error_message = "Containers are measured in another way than was said."
  }
}

run "capacity_is_shared_by_the_strategy" {
  variables {
    capacity         = ["fargate", "fargate-spot"]
    default_strategy = { fargate = { base = 1 }, fargate-spot = { weight = 3 } }
    service_connect  = { enabled = true }
  }

  assert {
    condition     = aws_ecs_cluster_capacity_providers.this["main"].capacity_providers == toset(["FARGATE", "FARGATE_SPOT"])
    error_message = "The cluster has not the capacity that was named."
  }
  assert {
    condition = toset([
      for one in aws_ecs_cluster_capacity_providers.this["main"].default_capacity_provider_strategy : "${one.capacity_provider} ${one.base} ${one.weight}"
    ]) == toset(["FARGATE 1 1", "FARGATE_SPOT 0 3"])
    error_message = "Tasks are shared out in another way than was said."
  }
  assert {
    condition = (
      aws_service_discovery_http_namespace.this["main"].name == "shop" && output.service_connect_namespace_arn == aws_service_discovery_http_namespace.this["main"].arn &&
      aws_ecs_cluster.this["main"].service_connect_defaults[0].namespace == aws_service_discovery_http_namespace.this["main"].arn
    )
    error_message = "Services do not find each other in the cluster's namespace."
  }
}

run "instances_are_closed" {
  variables {
    capacity = ["instances"]
    instances = {
      subnet_ids            = { a = "subnet-0000000000000001a", b = "subnet-0000000000000001b" }
      security_group_ids    = ["sg-0a1b2c3d4e5f60718"]
      instance_profile_name = "shop-instance"
      disk_kms_key_arn      = "arn:aws:kms:eu-west-1:111111111111:key/1b2c"
    }
  }

  assert {
    condition     = aws_launch_template.this["main"].metadata_options[0].http_tokens == "required" && aws_launch_template.this["main"].metadata_options[0].http_put_response_hop_limit == 1
    error_message = "The metadata of the instance can be read by what runs in a container."
  }
  assert {
    condition = (
      aws_launch_template.this["main"].block_device_mappings[0].ebs[0].encrypted == "true" && aws_launch_template.this["main"].block_device_mappings[0].ebs[0].volume_type == "gp3" &&
      aws_launch_template.this["main"].block_device_mappings[0].ebs[0].kms_key_id == "arn:aws:kms:eu-west-1:111111111111:key/1b2c"
    )
    error_message = "The disk is not encrypted by the key that was given."
  }
  assert {
    condition = alltrue([
      for line in ["ECS_CLUSTER=shop", "ECS_AWSVPC_BLOCK_IMDS=true"] : contains(split("\n", base64decode(aws_launch_template.this["main"].user_data)), line)
    ]) && startswith(base64decode(aws_launch_template.this["main"].user_data), "#!/bin/bash\n")
    error_message = "An instance joins no cluster, or lets tasks have its role: ${base64decode(aws_launch_template.this["main"].user_data)}"
  }
  assert {
    condition = (
      aws_launch_template.this["main"].image_id == "ami-0a1b2c3d4e5f60718" && aws_launch_template.this["main"].instance_type == "t3.medium" &&
      data.aws_ssm_parameter.ami["main"].name == "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    )
    error_message = "The image is not the newest of the region for the architecture."
  }
  assert {
    condition = (
      aws_launch_template.this["main"].vpc_security_group_ids == toset(["sg-0a1b2c3d4e5f60718"]) && aws_launch_template.this["main"].iam_instance_profile[0].name == "shop-instance" &&
      aws_autoscaling_group.this["main"].vpc_zone_identifier == toset(["subnet-0000000000000001a", "subnet-0000000000000001b"])
    )
    error_message = "The instances are elsewhere, or are somebody else."
  }
  assert {
    condition     = { for specification in aws_launch_template.this["main"].tag_specifications : specification.resource_type => specification.tags["application"] } == { instance = "shop", volume = "shop" }
    error_message = "Instances and disks lack their tags."
  }
}

run "ecs_sizes_the_group" {
  variables {
    capacity = ["fargate", "instances"]
    instances = {
      subnet_ids            = { a = "subnet-0000000000000001a" }
      security_group_ids    = ["sg-0a1b2c3d4e5f60718"]
      instance_profile_name = "shop-instance"
      architecture          = "arm64"
      min_size              = 0
      max_size              = 3
      target_capacity       = 80
      refresh               = true
    }
  }

  assert {
    condition = (
      aws_ecs_capacity_provider.this["main"].auto_scaling_group_provider[0].auto_scaling_group_arn == aws_autoscaling_group.this["main"].arn &&
      aws_ecs_capacity_provider.this["main"].auto_scaling_group_provider[0].managed_scaling[0].status == "ENABLED" &&
      aws_ecs_capacity_provider.this["main"].auto_scaling_group_provider[0].managed_scaling[0].target_capacity == 80
    )
    error_message = "ECS does not size the group."
  }
  assert {
    condition = (
      aws_ecs_capacity_provider.this["main"].auto_scaling_group_provider[0].managed_termination_protection == "ENABLED" &&
      aws_ecs_capacity_provider.this["main"].auto_scaling_group_provider[0].managed_draining == "ENABLED" && aws_autoscaling_group.this["main"].protect_from_scale_in
    )
    error_message = "An instance can go while tasks run on it."
  }
  assert {
    condition     = aws_autoscaling_group.this["main"].min_size == 0 && aws_autoscaling_group.this["main"].max_size == 3 && aws_autoscaling_group.this["main"].instance_refresh[0].preferences[0].scale_in_protected_instances == "Refresh"
    error_message = "The group has other limits than was said, or is not refreshed."
  }
  assert {
    condition     = { for tag in aws_autoscaling_group.this["main"].tag : tag.key => tag.value } == { AmazonECSManaged = "true", Name = "shop-instances", application = "shop" }
    error_message = "The group lacks its tags, or loses the one that ECS puts there."
  }
  assert {
    condition     = data.aws_ssm_parameter.ami["main"].name == "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id" && aws_launch_template.this["main"].instance_type == "t4g.medium"
    error_message = "The image or the type is of another architecture."
  }
  assert {
    condition = (
      jsonencode(output.capacity_provider_names) == jsonencode({ fargate = "FARGATE", instances = "shop-instances" }) &&
      output.autoscaling_group_name == "shop-instances" && aws_ecs_cluster_capacity_providers.this["main"].capacity_providers == toset(["FARGATE", "shop-instances"])
    )
    error_message = "The capacity is not by kind."
  }
}

run "an_image_of_ones_own_is_looked_up_nowhere" {
  command = plan

  variables {
    capacity = ["instances"]
    instances = {
      subnet_ids            = { a = "subnet-0000000000000001a" }
      security_group_ids    = ["sg-0a1b2c3d4e5f60718"]
      instance_profile_name = "shop-instance"
      ami_id                = "ami-0b2c3d4e5f6071829"
    }
  }

  assert {
    condition     = aws_launch_template.this["main"].image_id == "ami-0b2c3d4e5f6071829" && length(data.aws_ssm_parameter.ami) == 0
    error_message = "The instances have another image, or need a parameter that nobody reads."
  }
}

run "outputs_name_what_was_made" {
  assert {
    condition     = output.cluster_name == "shop" && output.cluster_arn == aws_ecs_cluster.this["main"].arn
    error_message = "The outputs are not of the cluster."
  }
  assert {
    condition     = output.autoscaling_group_name == null && output.service_connect_namespace_arn == null && jsonencode(output.capacity_provider_names) == jsonencode({ fargate = "FARGATE" })
    error_message = "The outputs name what there is not."
  }
}
