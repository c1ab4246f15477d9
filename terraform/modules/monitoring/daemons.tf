# One task on each host of a cluster: cAdvisor, which measures containers, and Fluent Bit, which ships the hosts' logs. They see the hosts'
# files and can change none of them.

locals {
  cadvisor   = local.create && var.cadvisor.enabled ? { main = "${var.name}-cadvisor" } : {}
  fluent_bit = local.create && var.fluent_bit.enabled ? { main = "${var.name}-fluent-bit" } : {}

  cadvisor_mounts = {
    root   = { host = "/", container = "/rootfs" }
    run    = { host = "/var/run", container = "/var/run" }
    sys    = { host = "/sys", container = "/sys" }
    docker = { host = "/var/lib/docker", container = "/var/lib/docker" }
    disk   = { host = "/dev/disk", container = "/dev/disk" }
  }
  fluent_bit_mounts = {
    log        = { host = "/var/log", container = "/var/log" }
    containers = { host = "/var/lib/docker/containers", container = "/var/lib/docker/containers" }
  }
  # Its position in each file, in a Docker volume, so that a new task continues where the old one stopped.
  position = "position"
}

resource "aws_ecs_task_definition" "cadvisor" {
  for_each = local.cadvisor

  family                   = each.value
  requires_compatibilities = ["EC2"]
  network_mode             = "bridge"
  execution_role_arn       = var.cadvisor.execution_role_arn
  tags                     = var.tags

  container_definitions = jsonencode([{
    name                   = "cadvisor"
    image                  = var.cadvisor.image
    essential              = true
    cpu                    = var.cadvisor.cpu
    memory                 = var.cadvisor.memory
    privileged             = var.cadvisor.privileged
    readonlyRootFilesystem = true
    command                = ["--housekeeping_interval=30s", "--docker_only=true", "--store_container_labels=false"]
    portMappings           = [{ containerPort = 8080, hostPort = var.cadvisor.port, protocol = "tcp" }]
    mountPoints            = [for name, mount in local.cadvisor_mounts : { sourceVolume = name, containerPath = mount.container, readOnly = true }]
    healthCheck            = { command = ["CMD", "wget", "--quiet", "--tries=1", "--spider", "http://localhost:8080/healthz"], interval = 30, timeout = 5, retries = 3 }
    logConfiguration = {
      logDriver = "awslogs"
      options   = { "awslogs-group" = aws_cloudwatch_log_group.this["daemons"].name, "awslogs-region" = local.region, "awslogs-stream-prefix" = "cadvisor" }
    }
  }])

  dynamic "volume" {
    for_each = local.cadvisor_mounts

    content {
      name      = volume.key
      host_path = volume.value.host
    }
  }
}

resource "aws_ecs_task_definition" "fluent_bit" {
  #checkov:skip=CKV_AWS_249:Two inputs; the scan compares them where neither is given, as nothing is made
  for_each = local.fluent_bit

  family                   = each.value
  requires_compatibilities = ["EC2"]
  # The host's network has the host's name, by which the streams are called.
  network_mode       = "host"
  execution_role_arn = var.fluent_bit.execution_role_arn
  task_role_arn      = var.fluent_bit.task_role_arn
  tags               = var.tags

  container_definitions = jsonencode([{
    name                   = "fluent-bit"
    image                  = var.fluent_bit.image
    essential              = true
    cpu                    = var.fluent_bit.cpu
    memory                 = var.fluent_bit.memory
    readonlyRootFilesystem = true
    entryPoint             = ["/fluent-bit/bin/fluent-bit"]
    command = concat(
      ["-i", "tail", "-p", "tag=host.*", "-p", "path=${join(",", sort(var.fluent_bit.paths))}", "-p", "db=/position/tail.db"],
      ["-p", "mem_buf_limit=16MB", "-p", "skip_long_lines=on", "-p", "refresh_interval=30"],
      ["-o", "cloudwatch_logs", "-m", "*", "-p", "region=${local.region}", "-p", "log_group_name=${aws_cloudwatch_log_group.this["hosts"].name}"],
      ["-p", "log_stream_prefix=$${HOSTNAME}.", "-p", "auto_create_group=false"],
    )
    mountPoints = concat(
      [for name, mount in local.fluent_bit_mounts : { sourceVolume = name, containerPath = mount.container, readOnly = true }],
      [{ sourceVolume = local.position, containerPath = "/position", readOnly = false }],
    )
    logConfiguration = {
      logDriver = "awslogs"
      options   = { "awslogs-group" = aws_cloudwatch_log_group.this["daemons"].name, "awslogs-region" = local.region, "awslogs-stream-prefix" = "fluent-bit" }
    }
  }])

  dynamic "volume" {
    for_each = local.fluent_bit_mounts

    content {
      name      = volume.key
      host_path = volume.value.host
    }
  }

  volume {
    name = local.position

    docker_volume_configuration {
      scope         = "shared"
      autoprovision = true
      driver        = "local"
    }
  }
}

locals {
  daemons = merge(
    { for name in values(local.cadvisor) : "cadvisor" => { name = name, cluster = var.cadvisor.cluster_arn, task = aws_ecs_task_definition.cadvisor["main"].arn } },
    { for name in values(local.fluent_bit) : "fluent-bit" => { name = name, cluster = var.fluent_bit.cluster_arn, task = aws_ecs_task_definition.fluent_bit["main"].arn } },
  )
}

resource "aws_ecs_service" "daemon" {
  for_each = local.daemons

  name                    = each.value.name
  cluster                 = each.value.cluster
  task_definition         = each.value.task
  launch_type             = "EC2"
  scheduling_strategy     = "DAEMON"
  enable_ecs_managed_tags = true
  propagate_tags          = "SERVICE"
  tags                    = var.tags

  # One at a time on a host, since the port and the files are the same.
  deployment_minimum_healthy_percent = 0

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  lifecycle {
    # As many as there are hosts.
    ignore_changes = [desired_count]
  }
}
