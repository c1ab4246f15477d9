# Servers that Ansible specialises step by step. Every part is made or reused: the network of a team costs one of them once.
locals {
  name = "laravel-ci-${var.environment}"
  tags = { application = "laravel-ci", environment = var.environment }

  # A rule for each port and each place that people come from.
  open_ports = {
    for pair in setproduct(["ssh", "http", "jenkins"], keys(var.allowed_from)) : "${pair[0]}-${pair[1]}" => {
      description = "${pair[0]} from ${pair[1]}"
      port        = { ssh = 22, http = var.http_port, jenkins = var.jenkins_port }[pair[0]]
      cidr_ipv4   = var.allowed_from[pair[1]]
      service     = pair[0]
    }
  }
}

module "network" {
  source = "../../../terraform/modules/network"

  mode     = var.network.reuse == null ? "create" : "reuse"
  existing = { for name in var.network.reuse[*] : "vpc" => { name = name } }
  name     = local.name
  zones    = { for zone in var.network.zones : zone => {} }
  tiers    = ["public"]
  nat      = "none"

  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  tags                 = local.tags

  # By the gigabyte, and it is a lot.
  flow_logs = { destination = var.watched_closely ? "cloudwatch" : "none" }
}

module "security_groups" {
  source = "../../../terraform/modules/security-groups"

  name   = local.name
  vpc_id = module.network.vpc_id
  groups = {
    server = {
      description = "Servers of ${local.name}"
      ingress     = { for key, rule in local.open_ports : key => rule if rule.service != "jenkins" }
      egress = {
        https = { description = "Packages and repositories", port = 443, cidr_ipv4 = "0.0.0.0/0" }
        http  = { description = "Packages of Debian", port = 80, cidr_ipv4 = "0.0.0.0/0" }
        ssh   = { description = "Repositories over SSH", port = 22, cidr_ipv4 = "0.0.0.0/0" }
      }
    }
    jenkins = {
      description = "Jenkins of ${local.name}"
      ingress     = { for key, rule in local.open_ports : key => rule if rule.service == "jenkins" }
    }
  }
  tags = local.tags
}

module "key_pair" {
  source = "../../../terraform/modules/key-pair"

  name = local.name
  keys = { deploy = { public_key = var.public_key } }
  tags = local.tags
}

module "roles" {
  source = "../../../terraform/modules/iam-roles"

  name  = local.name
  roles = { server = { kind = "instance", trust = { by = "ec2" }, session_manager = true } }

  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  tags                 = local.tags
}

# One use of the module for each server, since servers differ in disk and security groups, which a launch template holds.
module "servers" {
  source   = "../../../terraform/modules/ec2-fleet"
  for_each = var.servers

  name                  = local.name
  application           = "laravel-ci"
  image                 = var.image
  instance_type         = each.value.instance_type
  key_name              = module.key_pair.key_names["deploy"]
  instance_profile_name = module.roles.instance_profile_names["server"]
  root_volume           = { size = each.value.disk_gib }
  security_group_ids = concat(
    [module.security_groups.security_group_ids["server"]],
    contains(each.value.groups, "jenkins") ? [module.security_groups.security_group_ids["jenkins"]] : [],
  )
  instances = {
    (each.key) = {
      subnet_id      = module.network.public_subnet_ids[each.value.zone]
      groups         = each.value.groups
      public_address = true
      fixed_address  = each.value.fixed_address
    }
  }
  detailed_monitoring = var.watched_closely
  tags                = local.tags
}

module "monitoring" {
  source = "../../../terraform/modules/monitoring"

  name          = local.name
  subscriptions = { for who, address in var.alarm_emails : who => { protocol = "email", endpoint = address } }
  instances     = { for name, fleet in module.servers : name => { instance_id = fleet.instance_ids[name] } }
  tags          = local.tags
}
