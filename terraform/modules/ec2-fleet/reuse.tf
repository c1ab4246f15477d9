# Instances that somebody else owns: only looked up, never changed.

data "aws_launch_template" "this" {
  for_each = local.create ? {} : { main = var.existing["launch_template"]["id"] }

  id = each.value
}

data "aws_instance" "this" {
  for_each = local.create ? {} : { for key in keys(var.instances) : key => var.existing["instances"][key] }

  instance_id = each.value

  lifecycle {
    postcondition {
      condition     = self.subnet_id == var.instances[each.key].subnet_id
      error_message = "existing: instances.${each.key} is ${each.value}, which is in ${self.subnet_id}, not in ${var.instances[each.key].subnet_id}."
    }
  }
}

data "aws_autoscaling_group" "this" {
  for_each = local.create ? {} : { for settings in var.autoscaling[*] : "main" => var.existing["autoscaling_group"]["name"] }

  name = each.value

  lifecycle {
    postcondition {
      condition     = contains(self.launch_template[*].id, var.existing["launch_template"]["id"])
      error_message = "existing: autoscaling_group.name is ${each.value}, which starts its instances from ${join(", ", self.launch_template[*].id)}, not from ${var.existing["launch_template"]["id"]}."
    }
  }
}
