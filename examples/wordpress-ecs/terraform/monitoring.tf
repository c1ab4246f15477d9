# Who is told when what runs badly, the dashboard, and what runs on each instance to see it: cAdvisor and the shipping of logs.
module "monitoring_roles" {
  source = "../../../terraform/modules/iam-roles"

  name = "${local.name}-monitoring"
  roles = {
    task-execution = { kind = "task-execution", trust = { by = "ecs-tasks" }, may = { log_groups = [local.daemon_log_arns["daemons"]] } }
    task           = { kind = "task", trust = { by = "ecs-tasks" }, may = { log_groups = [local.daemon_log_arns["hosts"]] } }
  }
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  tags                 = local.tags
}

locals {
  daemon_log_arns = {
    for key in ["daemons", "hosts"] : key =>
    "arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:log-group:/automation-stack/${local.name}/${key}"
  }
}

module "monitoring" {
  source = "../../../terraform/modules/monitoring"

  name          = local.name
  subscriptions = { for who, address in var.alarm_emails : who => { protocol = "email", endpoint = address } }
  load_balancers = {
    entry = { arn_suffix = module.load_balancer.load_balancer_arn_suffix }
  }
  target_groups = {
    wordpress = {
      arn_suffix               = module.wordpress.target_group_arn_suffixes["blue"]
      load_balancer_arn_suffix = module.load_balancer.load_balancer_arn_suffix
      healthy_min              = var.tasks.min_count
    }
  }
  services = {
    wordpress = {
      cluster_name = module.cluster.cluster_name
      service_name = module.wordpress.service_name
      # Container Insights count the tasks.
      running_min = var.watched_closely ? var.tasks.min_count : 0
    }
  }
  databases = { main = { instance_id = module.database.instance_id } }
  cadvisor = {
    enabled            = var.watched_closely
    cluster_arn        = module.cluster.cluster_arn
    execution_role_arn = module.monitoring_roles.role_arns["task-execution"]
  }
  fluent_bit = {
    enabled            = var.watched_closely
    cluster_arn        = module.cluster.cluster_arn
    execution_role_arn = module.monitoring_roles.role_arns["task-execution"]
    task_role_arn      = module.monitoring_roles.role_arns["task"]
  }
  tags = local.tags
}
