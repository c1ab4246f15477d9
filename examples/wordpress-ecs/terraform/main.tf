# WordPress on a cluster of instances in private subnets. One load balancer is the only entry; in production a distribution of
# CloudFront stands before it. edge.tf has names, certificates and the distribution, monitoring.tf what watches all of it.
locals {
  name = "wordpress-${var.environment}"
  tags = { application = "wordpress-ecs", environment = var.environment }

  log_groups_arn = "arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:log-group"
  log_group_arn  = "${local.log_groups_arn}:${module.wordpress.log_group_name}"

  # Where people find the site.
  url = try("https://${var.domain.name}", module.load_balancer.url)
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
      ingress     = merge(local.entrances.cloudfront, local.entrances.everybody)
      egress      = { wordpress = { description = "To WordPress", port = var.container_port, group = "wordpress" } }
    }
    wordpress = {
      description = "Tasks of ${local.name}"
      ingress     = { http = { description = "From the load balancer", port = var.container_port, group = "load-balancer" } }
      egress = {
        https    = { description = "Plugins, AWS", port = 443, cidr_ipv4 = "0.0.0.0/0" }
        database = { description = "To the database", port = 3306, cidr_ipv4 = module.network.vpc_cidr_block }
        files    = { description = "To the shared files", port = 2049, cidr_ipv4 = module.network.vpc_cidr_block }
      }
    }
    instance = {
      description = "Instances of the cluster ${local.name}"
      egress      = { https = { description = "Registry and AWS", port = 443, cidr_ipv4 = "0.0.0.0/0" } }
    }
  }
  tags = local.tags
}

module "ecr" {
  source = "../../../terraform/modules/ecr"

  mode         = var.registry
  name         = "wordpress-ecs"
  repositories = { wordpress = {} }
  existing     = var.registry == "reuse" ? { wordpress = "wordpress-ecs/wordpress" } : {}
  tags         = local.tags
}

module "roles" {
  source = "../../../terraform/modules/iam-roles"

  name = local.name
  roles = {
    instance = { kind = "instance", trust = { by = "ec2" }, may = { clusters = [module.cluster.cluster_arn] } }
    task     = { kind = "task", trust = { by = "ecs-tasks" }, may = { file_systems = [module.files.file_system_arn] } }
    task-execution = {
      kind  = "task-execution"
      trust = { by = "ecs-tasks" }
      may = {
        repositories = values(module.ecr.repository_arns)
        secrets      = [module.database_user.secret_arn, module.secrets.secret_arns["wordpress"]]
        log_groups   = [local.log_group_arn]
      }
    }
    # The only one that may read the password of the database's master.
    database-user = {
      kind  = "task-execution"
      trust = { by = "ecs-tasks" }
      may = {
        secrets    = [module.database.secret_arn, module.database_user.secret_arn]
        log_groups = ["${local.log_groups_arn}:${module.database_user.log_group_name}"]
      }
    }
  }
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  tags                 = local.tags
}

module "cluster" {
  source = "../../../terraform/modules/ecs-cluster"

  name     = local.name
  capacity = ["instances"]
  # By the metric.
  container_insights = var.watched_closely ? "enabled" : "disabled"
  instances = {
    subnet_ids            = module.network.private_subnet_ids
    security_group_ids    = [module.security_groups.security_group_ids["instance"]]
    instance_profile_name = module.roles.instance_profile_names["instance"]
    instance_type         = var.instances.instance_type
    ami_id                = var.instances.ami_id
    min_size              = var.instances.min_size
    max_size              = var.instances.max_size
    group_metrics         = var.watched_closely
  }
  tags = local.tags
}

module "database" {
  source = "../../../terraform/modules/rds"

  name                = local.name
  vpc_id              = module.network.vpc_id
  subnet_ids          = module.network.data_subnet_ids
  clients             = { wordpress = { security_group_id = module.security_groups.security_group_ids["wordpress"] } }
  engine              = "mysql"
  engine_version      = "8.4"
  instance_class      = var.database.instance_class
  database_name       = "wordpress"
  multi_az            = var.database.protected
  deletion_protection = var.database.protected
  final_snapshot      = var.database.protected
  backup              = { days = var.database.protected ? 14 : 1 }
  enhanced_monitoring = { seconds = var.watched_closely ? 60 : 0 }
  # Small instances of MySQL have none.
  performance_insights = { enabled = var.database.protected }
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  tags                 = local.tags
}

# Who WordPress is in its database: the master's password changes every week.
module "database_user" {
  source = "../../../terraform/modules/database-user"

  name     = local.name
  username = "wordpress"
  database = {
    engine     = "mysql"
    address    = module.database.address
    port       = module.database.port
    name       = module.database.database_name
    secret_arn = module.database.secret_arn
  }
  cluster_arn        = module.cluster.cluster_arn
  subnet_ids         = module.network.private_subnet_ids
  security_group_ids = [module.security_groups.security_group_ids["wordpress"]]
  execution_role_arn = module.roles.role_arns["database-user"]
  launch_type        = "EC2"
  capacity_provider  = module.cluster.capacity_provider_names["instances"]
  tags               = local.tags
}

# What editors upload, seen by every task.
module "files" {
  source = "../../../terraform/modules/efs"

  name       = local.name
  vpc_id     = module.network.vpc_id
  subnet_ids = module.network.private_subnet_ids
  clients    = { wordpress = { security_group_id = module.security_groups.security_group_ids["wordpress"] } }
  # The user that the image's web server is.
  access_points      = { uploads = { path = "/uploads", uid = 33, gid = 33 } }
  access_points_only = true
  tags               = local.tags
}

module "load_balancer" {
  source = "../../../terraform/modules/load-balancer"

  name               = local.name
  subnet_ids         = module.network.public_subnet_ids
  security_group_ids = [module.security_groups.security_group_ids["load-balancer"]]
  certificate_arn    = local.certificate_arn
  access_logs = {
    destination = var.access_logs_bucket == null ? "none" : "s3"
    bucket_name = var.access_logs_bucket
    prefix      = var.access_logs_bucket == null ? null : local.name
  }
  deletion_protection = var.environment == "production"
  listeners = {
    for key, listener in {
      http  = { port = 80, protocol = "HTTP", action = var.domain == null ? "not-found" : "redirect" }
      https = { port = 443, protocol = "HTTPS", action = "not-found" }
    } : key => listener if key == "http" || var.domain != null
  }
  tags = local.tags
}

# What WordPress signs its cookies with, and the password of its first administrator. Terraform has no values: the README says how they
# are made.
module "secrets" {
  source = "../../../terraform/modules/secrets"

  name    = local.name
  secrets = { wordpress = { description = "Key of the cookies, and password of the first administrator, of ${local.name}" } }
  tags    = local.tags
}

module "wordpress" {
  source = "../../../terraform/modules/ecs-service"

  name                       = local.name
  cluster_arn                = module.cluster.cluster_arn
  vpc_id                     = module.network.vpc_id
  subnet_ids                 = module.network.private_subnet_ids
  security_group_ids         = [module.security_groups.security_group_ids["wordpress"]]
  execution_role_arn         = module.roles.role_arns["task-execution"]
  task_role_arn              = module.roles.role_arns["task"]
  launch_type                = "EC2"
  capacity_provider_strategy = { instances = { capacity_provider = module.cluster.capacity_provider_names["instances"] } }
  cpu                        = var.tasks.cpu
  memory                     = var.tasks.memory
  desired_count              = var.tasks.min_count
  main_container             = "wordpress"
  containers = {
    wordpress = {
      image = var.image
      ports = { http = { port = var.container_port } }
      environment = {
        # Where the placeholder listens.
        PORT                  = var.container_port
        WORDPRESS_DB_HOST     = module.database.address
        WORDPRESS_DB_NAME     = module.database.database_name
        WORDPRESS_URL         = local.url
        WORDPRESS_TITLE       = var.site.title
        WORDPRESS_ADMIN_USER  = var.site.admin_user
        WORDPRESS_ADMIN_EMAIL = var.site.admin_email
      }
      secrets = {
        WORDPRESS_DB_USER        = "${module.database_user.secret_arn}:username::"
        WORDPRESS_DB_PASSWORD    = "${module.database_user.secret_arn}:password::"
        WORDPRESS_SECRET         = "${module.secrets.secret_arns["wordpress"]}:secret::"
        WORDPRESS_ADMIN_PASSWORD = "${module.secrets.secret_arns["wordpress"]}:admin_password::"
      }
      mounts = { uploads = { path = "/var/lib/wordpress/wp-content/uploads" } }
      # Apache writes its process id, PHP what is being uploaded.
      read_only_root_filesystem = false
    }
  }
  volumes = {
    uploads = {
      kind            = "efs"
      file_system_id  = module.files.file_system_id
      access_point_id = module.files.access_point_ids["uploads"]
    }
  }
  load_balancing = {
    strategy       = "rolling"
    container_port = var.container_port
    # It asks the database too.
    health_check = { path = var.health_path }
    rules = {
      main = {
        listener_arn  = module.load_balancer.listener_arns[var.domain == null ? "http" : "https"]
        priority      = 10
        path_patterns = ["/*"]
        headers       = { for key in keys(local.with_cdn) : local.secret_header => [local.secret] }
      }
    }
  }
  autoscaling          = { enabled = var.tasks.max_count > var.tasks.min_count, min_count = var.tasks.min_count, max_count = var.tasks.max_count }
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  tags                 = local.tags
}
