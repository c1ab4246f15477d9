# The instances for tasks. ECS sizes the group by the needs of the tasks, and removes no instance that has tasks.

locals {
  created_instances = { for key, name in local.created : key => "${name}-instances" if contains(var.capacity, "instances") }

  ami_parameters = {
    x86_64 = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    arm64  = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"
  }
  instance_types = { x86_64 = "t3.medium", arm64 = "t4g.medium" }
}

data "aws_ssm_parameter" "ami" {
  for_each = var.instances.ami_id == null ? local.created_instances : {}

  name = local.ami_parameters[var.instances.architecture]
}

resource "aws_launch_template" "this" {
  #checkov:skip=CKV_AWS_341:One hop by default, which checkov does not see behind the input; a test holds it.
  for_each = local.created_instances

  name_prefix            = "${each.value}-"
  update_default_version = true
  # The id of a public image is no secret. The attribute `value` would hide it in every plan.
  image_id               = var.instances.ami_id != null ? var.instances.ami_id : one(values(data.aws_ssm_parameter.ami)[*].insecure_value)
  instance_type          = coalesce(var.instances.instance_type, local.instance_types[var.instances.architecture])
  key_name               = var.instances.key_name
  vpc_security_group_ids = var.instances.security_group_ids
  tags                   = var.tags

  # Tasks with their own addresses must not use the role of the instance.
  user_data = base64encode(<<-EOT
    #!/bin/bash
    cat >> /etc/ecs/ecs.config <<'CONFIG'
    ECS_CLUSTER=${aws_ecs_cluster.this["main"].name}
    ECS_AWSVPC_BLOCK_IMDS=true
    ECS_ENABLE_SPOT_INSTANCE_DRAINING=true
    CONFIG
  EOT
  )

  iam_instance_profile {
    name = var.instances.instance_profile_name
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = var.instances.metadata_hop_limit
  }

  monitoring {
    enabled = var.instances.detailed_monitoring
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      volume_size           = var.instances.disk_size
      encrypted             = "true"
      kms_key_id            = var.instances.disk_kms_key_arn
      delete_on_termination = "true"
    }
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])

    content {
      resource_type = tag_specifications.value
      tags          = merge(var.tags, { Name = each.value })
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_autoscaling_group" "this" {
  for_each = local.created_instances

  name                = each.value
  min_size            = var.instances.min_size
  max_size            = var.instances.max_size
  vpc_zone_identifier = values(var.instances.subnet_ids)
  health_check_type   = "EC2"
  # A group whose first instances do not start would be tainted, and created again beside itself with the same name.
  wait_for_capacity_timeout = "0"
  # ECS removes this protection from instances without tasks.
  protect_from_scale_in = true
  enabled_metrics       = var.instances.group_metrics ? ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupMaxSize", "GroupMinSize", "GroupPendingInstances", "GroupTotalInstances"] : []

  launch_template {
    id      = aws_launch_template.this[each.key].id
    version = aws_launch_template.this[each.key].latest_version
  }

  dynamic "instance_refresh" {
    for_each = { for refresh in [var.instances.refresh] : "rolling" => true if refresh }

    content {
      strategy = "Rolling"

      preferences {
        min_healthy_percentage       = 90
        scale_in_protected_instances = "Refresh"
      }
    }
  }

  # ECS adds the first tag itself; without it here Terraform would remove it.
  dynamic "tag" {
    for_each = merge(var.tags, { AmazonECSManaged = "true", Name = each.value })

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  lifecycle {
    ignore_changes = [desired_capacity]
  }
}

resource "aws_ecs_capacity_provider" "this" {
  for_each = local.created_instances

  name = each.value
  tags = var.tags

  auto_scaling_group_provider {
    auto_scaling_group_arn         = aws_autoscaling_group.this[each.key].arn
    managed_termination_protection = "ENABLED"
    managed_draining               = "ENABLED"

    managed_scaling {
      status                    = "ENABLED"
      target_capacity           = var.instances.target_capacity
      minimum_scaling_step_size = 1
      maximum_scaling_step_size = 10
      instance_warmup_period    = 120
    }
  }

  # It is deleted after the cluster no longer uses it.
  lifecycle {
    create_before_destroy = true
  }
}
