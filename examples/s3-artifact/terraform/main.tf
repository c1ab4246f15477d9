# What stands around the instances of a build: the network, the load balancer with its target group, the bucket of artifacts and
# the launch template. The instances themselves are not Terraform's: `deploy` launches them.
locals {
  name        = "s3-artifact-${var.environment}"
  tags        = { application = "s3-artifact", environment = var.environment }
  bucket_name = "s3-artifact-artifacts-${data.aws_caller_identity.current.account_id}"
}

data "aws_caller_identity" "current" {}

module "network" {
  source = "../../../terraform/modules/network"

  mode     = var.network.reuse == null ? "create" : "reuse"
  existing = { for name in var.network.reuse[*] : "vpc" => { name = name } }
  name     = local.name
  zones    = { for zone in var.network.zones : zone => {} }
  tiers    = ["public", "private"]
  nat      = var.network.nat

  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  tags                 = local.tags

  # By the gigabyte, and it is a lot.
  flow_logs = { destination = var.watched_closely ? "cloudwatch" : "none" }
}

# Artifacts come by a way of their own, so that they cost no traffic through the NAT gateway.
module "vpc_endpoints" {
  source   = "../../../terraform/modules/vpc-endpoints"
  for_each = var.network.reuse == null ? { main = local.name } : {}

  name            = each.value
  vpc_id          = module.network.vpc_id
  endpoints       = { s3 = { type = "gateway" } }
  route_table_ids = { private = module.network.route_table_ids["private"] }
  tags            = local.tags
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
      egress = { web = { description = "To the instances", port = var.application_port, group = "web" } }
    }
    web = {
      description = "Instances of ${local.name}"
      ingress = merge(
        { http = { description = "From the load balancer", port = var.application_port, group = "load-balancer" } },
        { for name, addresses in var.ssh_from : "ssh-${name}" => { description = "SSH from ${name}", port = 22, cidr_ipv4 = addresses } },
      )
      egress = {
        https = { description = "Artifacts, AWS and packages", port = 443, cidr_ipv4 = "0.0.0.0/0" }
        http  = { description = "Packages of Debian", port = 80, cidr_ipv4 = "0.0.0.0/0" }
      }
    }
  }
  tags = local.tags
}

module "artifacts" {
  source = "../../../terraform/modules/artifact-bucket"

  mode         = var.artifacts
  existing     = var.artifacts == "reuse" ? { bucket = local.bucket_name } : {}
  name         = "s3-artifact"
  applications = { web = {} }
  tags         = local.tags
}

module "roles" {
  source = "../../../terraform/modules/iam-roles"

  name  = local.name
  roles = { instance = { kind = "instance", trust = { by = "ec2" }, may = { read_objects = [module.artifacts.artifact_arns["web"]] } } }

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

module "instances" {
  source = "../../../terraform/modules/ec2-fleet"

  name                  = local.name
  application           = "s3-artifact"
  launch_template_only  = true
  image                 = var.image
  instance_type         = var.instance_type
  key_name              = module.key_pair.key_names["deploy"]
  instance_profile_name = module.roles.instance_profile_names["instance"]
  security_group_ids    = [module.security_groups.security_group_ids["web"]]
  detailed_monitoring   = var.watched_closely
  tags                  = local.tags
}

# Empty: `deploy` registers the instances that it finds healthy.
module "target_groups" {
  source = "../../../terraform/modules/target-groups"

  name   = local.name
  vpc_id = module.network.vpc_id
  groups = { web = { port = var.application_port, health_check = { path = var.health_path } } }
  tags   = local.tags
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
