# Two servers behind a load balancer, in private subnets; in staging also the registry and the build server of both environments.
locals {
  name       = "flask-fleet-${var.environment}"
  repository = "flask-fleet/web"
  tags       = { application = "flask-fleet", environment = var.environment }

  # What the host of Jenkins cannot make by itself, under the names that pipelines/controller reads them by.
  jenkins_secrets = ["git-token", "hosts-ssh-key", "slack-bot-token"]

  # The build server reaches the servers by SSH; where it belongs to another environment, it is found by its group's name.
  build_server_group_id = var.jenkins == null ? data.aws_security_group.build_server["main"].id : null
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
  tiers    = ["public", "private"]

  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  tags                 = local.tags

  # By the gigabyte, and it is a lot.
  flow_logs = { destination = var.watched_closely ? "cloudwatch" : "none" }
}

data "aws_security_group" "build_server" {
  for_each = var.jenkins == null ? { main = var.network.reuse } : {}

  vpc_id = module.network.vpc_id

  filter {
    name   = "tag:Name"
    values = ["${each.value}-jenkins"]
  }
}

module "security_groups" {
  source = "../../../terraform/modules/security-groups"

  name   = local.name
  vpc_id = module.network.vpc_id
  groups = merge(
    {
      load-balancer = {
        description = "Load balancer of ${local.name}"
        ingress     = { for port in local.public_ports : "port-${port}" => { description = "From everywhere", port = port, cidr_ipv4 = "0.0.0.0/0" } }
        egress      = { web = { description = "To the servers", port = 80, group = "web" } }
      }
      web = {
        description = "Servers of ${local.name}"
        ingress = {
          http = { description = "From the load balancer", port = 80, group = "load-balancer" }
          ssh = {
            description       = "From the build server"
            port              = 22
            group             = var.jenkins == null ? null : "jenkins"
            security_group_id = local.build_server_group_id
          }
        }
        egress = local.to_the_internet
      }
    },
    { for settings in var.jenkins[*] : "jenkins" => {
      description = "Build server of ${local.name}"
      ingress     = { for name, addresses in settings.reached_from : "ssh-${name}" => { description = "SSH from ${name}", port = 22, cidr_ipv4 = addresses } }
      egress = merge(local.to_the_internet, {
        ssh = { description = "To the servers of all environments", port = 22, cidr_ipv4 = module.network.vpc_cidr_block }
      })
    } },
  )
  tags = local.tags
}

locals {
  public_ports = var.certificate_arn == null ? [80] : [80, 443]
  to_the_internet = {
    https = { description = "Registry, AWS and packages", port = 443, cidr_ipv4 = "0.0.0.0/0" }
    http  = { description = "Packages of Debian", port = 80, cidr_ipv4 = "0.0.0.0/0" }
  }
}

module "ecr" {
  source = "../../../terraform/modules/ecr"

  mode         = var.registry
  name         = "flask-fleet"
  repositories = { web = {} }
  existing     = var.registry == "reuse" ? { web = local.repository } : {}
  tags         = local.tags
}

module "roles" {
  source = "../../../terraform/modules/iam-roles"

  name = local.name
  roles = merge(
    { server = { kind = "instance", trust = { by = "ec2" }, may = { repositories = values(module.ecr.repository_arns) } } },
    # The build server delivers to both environments: it makes images, moves hosts in and out of their target groups, and reads
    # the outputs of the workspaces. Jenkins on it reads its secrets.
    {
      for _ in var.jenkins[*] : "build" => {
        kind  = "build"
        trust = { by = "ec2" }
        may = merge({
          repositories  = values(module.ecr.repository_arns)
          target_groups = ["arn:${data.aws_partition.current.partition}:elasticloadbalancing:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:targetgroup/flask-fleet-*/*"]
          secrets       = [for name in local.jenkins_secrets : "arn:${data.aws_partition.current.partition}:secretsmanager:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:secret:${name}-??????"]
          }, var.delivery_bucket_arn == null ? {} : {
          state         = [for workspace in ["staging", "production"] : "${var.delivery_bucket_arn}/flask-fleet/${workspace}/flask-fleet/terraform.tfstate"]
          write_objects = ["${var.delivery_bucket_arn}/flask-fleet/flask-fleet/*"]
        })
      }
    },
  )

  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  tags                 = local.tags
}

module "key_pair" {
  source = "../../../terraform/modules/key-pair"

  name = local.name
  keys = { deploy = { public_key = var.public_key } }
  tags = local.tags
}

module "servers" {
  source = "../../../terraform/modules/ec2-fleet"

  name                  = local.name
  application           = "flask-fleet"
  image                 = var.image
  instance_type         = var.instance_type
  key_name              = module.key_pair.key_names["deploy"]
  instance_profile_name = module.roles.instance_profile_names["server"]
  security_group_ids    = [module.security_groups.security_group_ids["web"]]
  instances = {
    for name, zone in var.servers : name => { subnet_id = module.network.private_subnet_ids[zone], groups = ["web"] }
  }
  detailed_monitoring = var.watched_closely
  tags                = local.tags
}

module "target_groups" {
  source = "../../../terraform/modules/target-groups"

  name   = local.name
  vpc_id = module.network.vpc_id
  groups = {
    web = {
      port                 = 80
      health_check         = { path = "/health" }
      deregistration_delay = 10
      attachments          = { for name, id in module.servers.instance_ids : name => { target_id = id } }
    }
  }
  tags = local.tags
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
  listeners = {
    for key, listener in {
      http  = { port = 80, protocol = "HTTP", action = var.certificate_arn == null ? "forward" : "redirect" }
      https = { port = 443, protocol = "HTTPS", action = "forward" }
      } : key => merge(listener, {
        target_group_arn = listener.action == "forward" ? module.target_groups.target_group_arns["web"] : null
    }) if key == "http" || var.certificate_arn != null
  }
  tags = local.tags
}

# Jenkins itself answers on its own host only: people reach it through SSH, as ssh -L 8080:localhost:8080.
module "jenkins" {
  source   = "../../../terraform/modules/jenkins-server"
  for_each = { for settings in var.jenkins[*] : "main" => settings }

  name                   = "${local.name}-jenkins"
  url                    = each.value.url
  image                  = var.image
  instance_type          = each.value.instance_type
  subnet_id              = (length(each.value.reached_from) > 0 ? module.network.public_subnet_ids : module.network.private_subnet_ids)[sort(var.network.zones)[0]]
  public_address         = length(each.value.reached_from) > 0
  fixed_address          = each.value.fixed_address
  security_group_ids     = [module.security_groups.security_group_ids["jenkins"]]
  instance_profile_name  = module.roles.instance_profile_names["build"]
  key_name               = module.key_pair.key_names["deploy"]
  data_volume            = { size = each.value.disk_gib }
  termination_protection = each.value.termination_protection
  detailed_monitoring    = var.watched_closely
  tags                   = local.tags
}
