# A cluster that belongs to somebody else: only looked up, never changed.

data "aws_ecs_cluster" "this" {
  for_each = local.create ? {} : { main = var.existing["cluster_name"] }

  cluster_name = each.value

  lifecycle {
    postcondition {
      condition     = self.status == "ACTIVE"
      error_message = "existing: cluster_name is ${each.value}, which is ${self.status}."
    }
  }
}

data "aws_autoscaling_group" "this" {
  for_each = { for key, name in var.existing : "main" => name if !local.create && key == "autoscaling_group_name" }

  name = each.value

  lifecycle {
    postcondition {
      condition     = contains([for tag in self.tag : tag.key], "AmazonECSManaged")
      error_message = "existing: autoscaling_group_name is ${each.value}, which no capacity provider of ECS manages."
    }
  }
}

data "aws_service_discovery_http_namespace" "this" {
  for_each = { for key, name in var.existing : "main" => name if !local.create && key == "namespace_name" }

  name = each.value
}
