# An ECS service on Fargate with two target groups, the rule between them, and its database.
locals {
  name = "blue-green-${var.environment}"
  tags = { application = "blue-green", environment = var.environment }

  listener_arn  = module.load_balancer.listener_arns[var.certificate_arn == null ? "http" : "https"]
  log_group_arn = "arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:log-group:${module.service.log_group_name}"
}

data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

module "network" {
  source = "../../../terraform/modules/network"

  mode     = var.network.reuse == null ? "create" : "reuse"
  existing = { for name in var.network.reuse[*] : "vpc" => { name = name } }
  name     = local.name
  zones    = { for zone in var.network.zones : zone => {} }
  nat      = var.network.nat
  tags     = local.tags

  # By the gigabyte, and it is a lot.
  flow_logs = { destination = var.watched_closely ? "cloudwatch" : "none" }

  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
}

module "security_groups" {
  source = "../../../terraform/modules/security-groups"

  name   = local.name
  vpc_id = module.network.vpc_id
  groups = {
    load-balancer = {
      description = "Load balancer of ${local.name}"
      ingress = {
        for port in var.certificate_arn == null ? [80] : [80, 443] :
        "port-${port}" => { description = "From everywhere", port = port, cidr_ipv4 = "0.0.0.0/0" }
      }
      egress = { app = { description = "To the tasks", port = var.container_port, group = "app" } }
    }
    app = {
      description = "Tasks of ${local.name}"
      ingress     = { http = { description = "From the load balancer", port = var.container_port, group = "load-balancer" } }
      egress = {
        https    = { description = "Registry and AWS", port = 443, cidr_ipv4 = "0.0.0.0/0" }
        database = { description = "To the database", port = 5432, cidr_ipv4 = module.network.vpc_cidr_block }
      }
    }
  }
  tags = local.tags
}

module "ecr" {
  source = "../../../terraform/modules/ecr"

  mode         = var.registry
  name         = "blue-green"
  repositories = { web = {} }
  existing     = var.registry == "reuse" ? { web = "blue-green/web" } : {}
  tags         = local.tags
}

module "database" {
  source = "../../../terraform/modules/rds"

  name                 = local.name
  vpc_id               = module.network.vpc_id
  subnet_ids           = module.network.data_subnet_ids
  clients              = { app = { security_group_id = module.security_groups.security_group_ids["app"] } }
  engine               = "postgres"
  engine_version       = "17"
  instance_class       = var.database.instance_class
  database_name        = "app"
  multi_az             = var.database.protected
  deletion_protection  = var.database.protected
  final_snapshot       = var.database.protected
  backup               = { days = var.database.protected ? 14 : 1 }
  enhanced_monitoring  = { seconds = var.watched_closely ? 60 : 0 }
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  tags                 = local.tags
}

module "cluster" {
  source = "../../../terraform/modules/ecs-cluster"

  name = local.name
  # By the metric.
  container_insights = var.watched_closely ? "enabled" : "disabled"
  tags               = local.tags
}

module "load_balancer" {
  source = "../../../terraform/modules/load-balancer"

  name               = local.name
  subnet_ids         = module.network.public_subnet_ids
  security_group_ids = [module.security_groups.security_group_ids["load-balancer"]]
  certificate_arn    = var.certificate_arn
  access_logs = {
    destination = var.access_logs_bucket == null ? "none" : "s3"
    bucket_name = var.access_logs_bucket
    prefix      = var.access_logs_bucket == null ? null : local.name
  }
  deletion_protection = var.environment == "production"
  # Who asks for nothing that a rule knows gets 404: the service's rules are its own, below.
  listeners = {
    for key, listener in {
      http  = { port = 80, protocol = "HTTP", action = var.certificate_arn == null ? "not-found" : "redirect" }
      https = { port = 443, protocol = "HTTPS", action = "not-found" }
    } : key => listener if key == "http" || var.certificate_arn != null
  }
  tags = local.tags
}

module "roles" {
  source = "../../../terraform/modules/iam-roles"

  name = local.name
  roles = {
    task = { kind = "task", trust = { by = "ecs-tasks" } }
    task-execution = {
      kind  = "task-execution"
      trust = { by = "ecs-tasks" }
      may = {
        repositories = values(module.ecr.repository_arns)
        secrets      = [module.database_user.secret_arn]
        log_groups   = [local.log_group_arn]
      }
    }
    # The only one that may read the password of the database's master.
    database-user = {
      kind  = "task-execution"
      trust = { by = "ecs-tasks" }
      may = {
        secrets    = [module.database.secret_arn, module.database_user.secret_arn]
        log_groups = [replace(local.log_group_arn, module.service.log_group_name, module.database_user.log_group_name)]
      }
    }
  }
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  tags                 = local.tags
}

# Who the application is in its database: the master's password changes every week.
module "database_user" {
  source = "../../../terraform/modules/database-user"

  name     = local.name
  username = "app"
  database = {
    engine     = "postgres"
    address    = module.database.address
    port       = module.database.port
    name       = module.database.database_name
    secret_arn = module.database.secret_arn
  }
  cluster_arn        = module.cluster.cluster_arn
  subnet_ids         = module.network.private_subnet_ids
  security_group_ids = [module.security_groups.security_group_ids["app"]]
  execution_role_arn = module.roles.role_arns["database-user"]
  tags               = local.tags
}

module "service" {
  source = "../../../terraform/modules/ecs-service"

  name               = local.name
  cluster_arn        = module.cluster.cluster_arn
  vpc_id             = module.network.vpc_id
  subnet_ids         = module.network.private_subnet_ids
  security_group_ids = [module.security_groups.security_group_ids["app"]]
  execution_role_arn = module.roles.role_arns["task-execution"]
  task_role_arn      = module.roles.role_arns["task"]
  cpu                = var.size.cpu
  memory             = var.size.memory
  desired_count      = var.size.min_count
  containers = {
    app = {
      image = var.image
      ports = { http = { port = var.container_port } }
      # Where the placeholder listens, and the application may.
      environment = { PORT = tostring(var.container_port), DATABASE_HOST = module.database.address, DATABASE_NAME = module.database.database_name }
      secrets = {
        DATABASE_USER     = "${module.database_user.secret_arn}:username::"
        DATABASE_PASSWORD = "${module.database_user.secret_arn}:password::"
      }
    }
  }
  load_balancing = {
    strategy       = "blue-green"
    container_port = var.container_port
    health_check   = { path = var.health_path }
    rules = {
      test = { listener_arn = local.listener_arn, priority = 5, headers = { X-Preview = ["next"] } }
      main = { listener_arn = local.listener_arn, priority = 10, path_patterns = ["/*"] }
    }
  }
  autoscaling          = { enabled = var.size.max_count > var.size.min_count, min_count = var.size.min_count, max_count = var.size.max_count }
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  tags                 = local.tags
}

# What a delivery may do: move this service, run its migrations, and nothing else.
module "delivery_role" {
  source   = "../../../terraform/modules/iam-roles"
  for_each = length(var.delivered_by) > 0 ? { main = var.delivered_by } : {}

  name = local.name
  roles = {
    deploy = {
      kind  = "deploy"
      trust = { by = "principals", principals = each.value }
      may = merge({
        clusters         = [module.cluster.cluster_arn]
        services         = [module.service.service_arn]
        task_definitions = ["${replace(module.service.task_definition_arn, "/:[0-9]+$/", "")}:*"]
        target_groups    = values(module.service.target_group_arns)
        repositories     = values(module.ecr.repository_arns)
        pass_roles       = [module.roles.role_arns["task"], module.roles.role_arns["task-execution"]]
        log_groups       = [local.log_group_arn]
        }, var.delivery_bucket_arn == null ? {} : {
        # As versions.tf and automation-stack.yml say: the state of this workspace, and where the runner keeps its runs.
        state         = ["${var.delivery_bucket_arn}/blue-green/${var.environment}/blue-green/terraform.tfstate"]
        write_objects = ["${var.delivery_bucket_arn}/blue-green/blue-green/*"]
      })
    }
  }
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  tags                 = local.tags
}
