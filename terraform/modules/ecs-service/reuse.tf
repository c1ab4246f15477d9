# A service that belongs to somebody else: only looked up, never changed.

data "aws_ecs_service" "this" {
  for_each = local.create ? {} : { for key in keys(local.service_names) : key => var.existing[key == "main" ? "service_name" : "${key}_service_name"] }

  cluster_arn  = var.cluster_arn
  service_name = each.value

  lifecycle {
    postcondition {
      condition     = self.scheduling_strategy == var.scheduling_strategy
      error_message = "existing: ${each.key == "main" ? "service_name" : "${each.key}_service_name"} is ${each.value}, which is scheduled as ${self.scheduling_strategy}, not as ${var.scheduling_strategy}."
    }
  }
}

data "aws_cloudwatch_log_group" "this" {
  for_each = local.create ? {} : { main = var.existing["log_group_name"] }

  name = each.value
}
