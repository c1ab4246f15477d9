# The user that an application has in a database, and a secret of its own for it. The database's master password is rotated by
# AWS every week, and a running task reads no secret again: what an application signs in with must not change behind its back.

data "aws_region" "current" {}

locals {
  create  = var.mode == "create"
  created = local.create ? { main = var.name } : {}

  log_group_name = "/automation-stack/${var.name}/database-user"
  family         = "${var.name}-database-user"
  images = {
    mysql    = "public.ecr.aws/docker/library/mysql:8.4"
    mariadb  = "public.ecr.aws/docker/library/mariadb:11.4"
    postgres = "public.ecr.aws/docker/library/postgres:17"
  }

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode == "reuse" ? ["secret"] : []
}

# Its value is made by the runner when the user is, and is in no configuration and no state.
resource "aws_secretsmanager_secret" "this" {
  #checkov:skip=CKV2_AWS_57:The user that it is for is not rotated by itself, since running tasks would not hear of it
  #checkov:skip=CKV_AWS_149:The account's own key unless another is given; the reader pays for nothing more
  for_each = local.created

  name                    = coalesce(var.secret.name, "${each.value}/database")
  description             = "Who ${var.username} of the database ${var.database.name} is, and its password."
  kms_key_id              = var.secret.kms_key_arn
  recovery_window_in_days = var.secret.recovery_days
  tags                    = var.tags
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.created

  name              = local.log_group_name
  retention_in_days = var.logs.retention_days
  kms_key_id        = var.logs.kms_key_arn
  tags              = var.tags
}

# What signs in as the master and makes the user. It runs for some seconds, when the runner says so, and may be run again.
resource "aws_ecs_task_definition" "this" {
  #checkov:skip=CKV_AWS_336:The client keeps nothing; its image writes below /tmp and its home
  for_each = local.created

  family                   = local.family
  requires_compatibilities = [var.launch_type]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "512"
  execution_role_arn       = var.execution_role_arn
  tags                     = var.tags
  container_definitions = jsonencode([{
    name      = "database-user"
    image     = coalesce(var.image, local.images[var.database.engine])
    essential = true
    # Nothing is put together from values: the script reads them from its environment. The official images run a command as it is.
    command = ["sh", "-c", file("${path.module}/${var.database.engine == "postgres" ? "postgres" : "mysql"}.sh")]
    environment = [
      for name, value in {
        DATABASE_HOST = var.database.address
        DATABASE_NAME = var.database.name
        DATABASE_PORT = tostring(var.database.port)
      } : { name = name, value = value }
    ]
    secrets = [
      for name, value in {
        MASTER_PASSWORD = "${var.database.secret_arn}:password::"
        MASTER_USERNAME = "${var.database.secret_arn}:username::"
        USER_NAME       = "${aws_secretsmanager_secret.this[each.key].arn}:username::"
        USER_PASSWORD   = "${aws_secretsmanager_secret.this[each.key].arn}:password::"
      } : { name = name, valueFrom = value }
    ]
    portMappings   = []
    mountPoints    = []
    volumesFrom    = []
    systemControls = []
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this[each.key].name
        awslogs-region        = data.aws_region.current.id
        awslogs-stream-prefix = var.name
      }
    }
  }])

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = upper(var.architecture)
  }
}

data "aws_secretsmanager_secret" "this" {
  for_each = local.create ? {} : { main = var.existing["secret"] }

  arn  = startswith(each.value, "arn:") ? each.value : null
  name = startswith(each.value, "arn:") ? null : each.value
}
