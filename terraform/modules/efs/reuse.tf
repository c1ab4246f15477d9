# A file system that belongs to somebody else: only looked up, never changed.

locals {
  reused               = local.create ? {} : { main = var.existing["file_system"]["id"] }
  reused_mounts        = { for zone in keys(var.subnet_ids) : zone => var.existing["mount_targets"][zone] if !local.create }
  reused_access_points = { for key in keys(var.access_points) : key => var.existing["access_points"][key] if !local.create }
}

data "aws_efs_file_system" "this" {
  for_each = local.reused

  file_system_id = each.value

  lifecycle {
    postcondition {
      condition     = self.encrypted
      error_message = "existing: file system ${each.value} is not encrypted."
    }
  }
}

# A subnet without a mount target cannot mount, and is told only when a task there fails to start.
data "aws_efs_mount_target" "this" {
  for_each = local.reused_mounts

  mount_target_id = each.value

  lifecycle {
    postcondition {
      condition     = self.file_system_id == var.existing["file_system"]["id"]
      error_message = "existing: mount target ${each.value} is of ${self.file_system_id}, not of ${var.existing["file_system"]["id"]}."
    }
    postcondition {
      condition     = self.subnet_id == var.subnet_ids[each.key]
      error_message = "existing: mount target ${each.value} is in ${self.subnet_id}, not in ${var.subnet_ids[each.key]}."
    }
  }
}

data "aws_efs_access_point" "this" {
  for_each = local.reused_access_points

  access_point_id = each.value

  lifecycle {
    postcondition {
      condition     = self.file_system_id == var.existing["file_system"]["id"]
      error_message = "existing: access point ${each.value} is of ${self.file_system_id}, not of ${var.existing["file_system"]["id"]}."
    }
  }
}
