# The first revision of the task definition, and where its containers write.

data "aws_region" "current" {}

locals {
  log_options = {
    awslogs-group  = try(aws_cloudwatch_log_group.this["main"].name, null)
    awslogs-region = data.aws_region.current.id
    # A container continues if its log cannot be written.
    mode            = "non-blocking"
    max-buffer-size = "25m"
  }

  # The main container is first, because a delivery uses the first one by default.
  container_names = local.create ? concat([var.main_container], [for name in keys(var.containers) : name if name != var.main_container]) : []

  # Everything that AWS would add by itself is said, and lists are in order, so that what comes back is what was sent.
  container_definitions = [
    for name in local.container_names : {
      for key, value in {
        name                   = name
        image                  = var.containers[name].image
        cpu                    = var.containers[name].cpu
        memory                 = var.containers[name].memory
        memoryReservation      = var.containers[name].memory_reservation
        essential              = var.containers[name].essential
        command                = var.containers[name].command
        entryPoint             = var.containers[name].entry_point
        workingDirectory       = var.containers[name].working_directory
        user                   = var.containers[name].user
        readonlyRootFilesystem = var.containers[name].read_only_root_filesystem
        linuxParameters        = { initProcessEnabled = var.containers[name].init_process }
        stopTimeout            = var.containers[name].stop_timeout
        environment            = [for variable, text in var.containers[name].environment : { name = variable, value = text }]
        secrets                = length(var.containers[name].secrets) == 0 ? null : [for variable, arn in var.containers[name].secrets : { name = variable, valueFrom = arn }]
        portMappings = [
          for port_name, port in var.containers[name].ports : {
            for key, value in {
              name          = port_name
              containerPort = port.port
              hostPort      = port.port
              protocol      = port.protocol
              appProtocol   = port.app_protocol
            } : key => value if value != null
          }
        ]
        healthCheck = var.containers[name].health_check == null ? null : {
          for key, value in {
            command     = var.containers[name].health_check.command
            interval    = var.containers[name].health_check.interval
            timeout     = var.containers[name].health_check.timeout
            retries     = var.containers[name].health_check.retries
            startPeriod = var.containers[name].health_check.start_period
          } : key => value if value != null
        }
        dependsOn      = length(var.containers[name].depends_on) == 0 ? null : [for other, state in var.containers[name].depends_on : { containerName = other, condition = state }]
        mountPoints    = [for volume, mount in var.containers[name].mounts : { sourceVolume = volume, containerPath = mount.path, readOnly = mount.read_only }]
        volumesFrom    = []
        systemControls = []
        logConfiguration = {
          logDriver = "awslogs"
          options   = merge(local.log_options, { awslogs-stream-prefix = var.name })
        }
      } : key => value if value != null
    }
  ]
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.created

  name              = "/automation-stack/${each.value}/tasks"
  retention_in_days = var.logs.retention_days
  kms_key_id        = var.logs.kms_key_arn
  tags              = var.tags
}

resource "aws_ecs_task_definition" "this" {
  for_each = local.created

  family                   = each.value
  requires_compatibilities = [var.launch_type]
  network_mode             = "awsvpc"
  cpu                      = tostring(var.cpu)
  memory                   = tostring(var.memory)
  execution_role_arn       = var.execution_role_arn
  task_role_arn            = var.task_role_arn
  container_definitions    = jsonencode(local.container_definitions)
  tags                     = var.tags
  # A revision is never removed, because a release or a rollback may still need it.
  skip_destroy = true

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = upper(var.architecture)
  }

  # AWS refuses the value 20, which is the default of each task.
  dynamic "ephemeral_storage" {
    for_each = { for size in [var.ephemeral_storage] : "main" => size if var.launch_type == "FARGATE" && size > 20 }

    content {
      size_in_gib = ephemeral_storage.value
    }
  }

  dynamic "volume" {
    for_each = var.volumes

    content {
      name      = volume.key
      host_path = volume.value.host_path

      dynamic "efs_volume_configuration" {
        for_each = { for kind in [volume.value.kind] : kind => volume.value if kind == "efs" }

        content {
          file_system_id     = efs_volume_configuration.value.file_system_id
          root_directory     = efs_volume_configuration.value.root_directory
          transit_encryption = "ENABLED"

          authorization_config {
            access_point_id = efs_volume_configuration.value.access_point_id
            iam             = "ENABLED"
          }
        }
      }
    }
  }
}
