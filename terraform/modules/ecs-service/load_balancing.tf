# The target groups, and the rules that send requests to them. Where there are two groups, Terraform says only where the rules begin.

locals {
  blue_green = var.load_balancing.strategy == "blue-green"
  switched   = var.load_balancing.strategy == "switch"
  two_groups = local.blue_green || local.switched
  tested     = contains(keys(var.load_balancing.rules), "test")

  target_group = {
    # Each task is registered with the port of its container. This port is never used, and a change would replace the group.
    port                 = 80
    target_type          = "ip"
    protocol             = var.load_balancing.protocol
    protocol_version     = var.load_balancing.protocol_version
    deregistration_delay = var.load_balancing.deregistration_delay
    slow_start           = var.load_balancing.slow_start
    health_check         = var.load_balancing.health_check
    stickiness           = var.load_balancing.stickiness
  }
  target_groups = merge({ blue = local.target_group }, local.two_groups ? { green = local.target_group } : {})

  # A rule names both groups from the beginning: ECS refuses a group that no load balancer uses.
  weights = {
    main = local.two_groups && !local.tested ? { blue = 100, green = 0 } : { blue = 1 }
    test = { green = 1 }
  }
}

module "target_groups" {
  source   = "../target-groups"
  for_each = local.load_balanced

  mode   = var.mode
  name   = var.name
  vpc_id = var.vpc_id
  groups = local.target_groups
  listener_rules = {
    for key, rule in var.load_balancing.rules : key => merge(rule, { weights = local.weights[key], owned_by_delivery = local.two_groups })
  }
  existing = local.create ? {} : {
    target_groups  = { for color in keys(local.target_groups) : color => var.existing["${color}_target_group_arn"] }
    listener_rules = { for key in keys(var.load_balancing.rules) : key => var.existing[key == "main" ? "listener_rule_arn" : "test_listener_rule_arn"] }
  }
  tags = var.tags
}
