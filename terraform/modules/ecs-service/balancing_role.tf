# The role by which ECS moves requests of a blue-green service: it changes the two rules, and registers tasks in the two groups. AWS's
# own policy for it (AmazonECSInfrastructureRolePolicyForLoadBalancers) has every rule and group of the account.

locals {
  balancing_role = local.blue_green ? local.created : {}
}

resource "aws_iam_role" "balancing" {
  for_each = local.balancing_role

  name                 = "${each.value}-balancing"
  path                 = var.path
  description          = "By which ECS moves the requests of ${each.value}"
  permissions_boundary = var.permissions_boundary
  # ECS does not say for which service it asks, so no condition can narrow it; only who may pass the role can use it.
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs.amazonaws.com" }
      Action    = ["sts:AssumeRole"]
    }]
  })
  tags = var.tags
}

resource "aws_iam_role_policy" "balancing" {
  for_each = local.balancing_role

  name = "balancing"
  role = aws_iam_role.balancing[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "LookAtLoadBalancers"
        Effect = "Allow"
        Action = ["elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth"]
        # AWS offers no resource level for these.
        Resource = ["*"]
      },
      {
        Sid      = "MoveRequests"
        Effect   = "Allow"
        Action   = ["elasticloadbalancing:ModifyRule"]
        Resource = sort(values(module.target_groups["main"].listener_rule_arns))
      },
      {
        Sid      = "MoveTasks"
        Effect   = "Allow"
        Action   = ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"]
        Resource = sort(values(module.target_groups["main"].target_group_arns))
      },
    ]
  })
}
