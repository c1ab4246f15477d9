# A load balancer that belongs to somebody else: only looked up, never changed.

data "aws_lb" "this" {
  for_each = local.create ? {} : { main = var.existing["load_balancer"]["arn"] }

  arn = each.value

  lifecycle {
    postcondition {
      condition     = self.load_balancer_type == "application"
      error_message = "existing: load_balancer.arn is ${each.value}, which is a ${self.load_balancer_type} load balancer and no application load balancer."
    }
  }
}

data "aws_lb_listener" "this" {
  for_each = local.create ? {} : { for key in keys(var.listeners) : key => var.existing["listeners"][key] }

  arn = each.value

  lifecycle {
    postcondition {
      condition     = self.load_balancer_arn == var.existing["load_balancer"]["arn"]
      error_message = "existing: listeners.${each.key} is ${each.value}, which belongs to ${self.load_balancer_arn}, not to ${var.existing["load_balancer"]["arn"]}."
    }
    postcondition {
      condition     = self.port == var.listeners[each.key].port && self.protocol == var.listeners[each.key].protocol
      error_message = "existing: listeners.${each.key} is ${each.value}, which is ${self.protocol} at port ${self.port}, not ${var.listeners[each.key].protocol} at port ${var.listeners[each.key].port}."
    }
  }
}
