# The file system, its mount targets, access points and policy.

locals {
  create  = var.mode == "create"
  created = local.create ? { main = var.name } : {}

  created_clients       = { for key, client in var.clients : key => client if local.create }
  created_group         = length(local.created_clients) > 0 ? { main = var.name } : {}
  created_mounts        = { for zone, id in var.subnet_ids : zone => id if local.create }
  created_access_points = { for key, point in var.access_points : key => point if local.create }
  security_group_ids    = concat(tolist(var.security_group_ids), [for group in aws_security_group.this : group.id])

  transitions = concat(
    [for days in [var.lifecycle_days.infrequent] : { to_ia = "AFTER_${days}_DAY${days == 1 ? "" : "S"}", to_archive = null, back = null } if days > 0],
    [for days in [var.lifecycle_days.archive] : { to_ia = null, to_archive = "AFTER_${days}_DAY${days == 1 ? "" : "S"}", back = null } if days > 0],
    [for back in [var.lifecycle_days.back_on_access] : { to_ia = null, to_archive = null, back = "AFTER_1_ACCESS" } if back && var.lifecycle_days.infrequent + var.lifecycle_days.archive > 0],
  )

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode != "reuse" ? [] : concat(
    ["file_system.id"],
    [for zone in keys(var.subnet_ids) : "mount_targets.${zone}"],
    [for key in keys(var.access_points) : "access_points.${key}"],
  )
}

resource "aws_efs_file_system" "this" {
  for_each = local.created

  creation_token                  = each.value
  encrypted                       = true
  kms_key_id                      = var.kms_key_arn
  throughput_mode                 = var.throughput.mode
  provisioned_throughput_in_mibps = var.throughput.mibps
  tags                            = merge(var.tags, { Name = each.value })

  # One block for each transition: AWS keeps them apart.
  dynamic "lifecycle_policy" {
    for_each = local.transitions

    content {
      transition_to_ia                    = lifecycle_policy.value.to_ia
      transition_to_archive               = lifecycle_policy.value.to_archive
      transition_to_primary_storage_class = lifecycle_policy.value.back
    }
  }
}

resource "aws_efs_backup_policy" "this" {
  for_each = local.created

  file_system_id = aws_efs_file_system.this[each.key].id

  backup_policy {
    status = var.backup ? "ENABLED" : "DISABLED"
  }
}

# A file system with a policy grants only what it says. Who has no role here comes by a mount target, so through the security groups.
resource "aws_efs_file_system_policy" "this" {
  for_each = local.created

  file_system_id = aws_efs_file_system.this[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid       = "Mount"
          Effect    = "Allow"
          Principal = { AWS = length(var.client_role_arns) > 0 ? sort(var.client_role_arns) : ["*"] }
          Action = concat(
            ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
            var.root_access ? ["elasticfilesystem:ClientRootAccess"] : [],
          )
          Resource  = aws_efs_file_system.this[each.key].arn
          Condition = { Bool = { "elasticfilesystem:AccessedViaMountTarget" = "true" } }
        },
        {
          Sid       = "EncryptedOnly"
          Effect    = "Deny"
          Principal = { AWS = ["*"] }
          Action    = ["*"]
          Resource  = aws_efs_file_system.this[each.key].arn
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ],
      [
        for only in [var.access_points_only] : {
          Sid       = "AccessPointsOnly"
          Effect    = "Deny"
          Principal = { AWS = ["*"] }
          Action    = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientRootAccess", "elasticfilesystem:ClientWrite"]
          Resource  = aws_efs_file_system.this[each.key].arn
          Condition = { StringNotEquals = { "elasticfilesystem:AccessPointArn" = sort([for point in aws_efs_access_point.this : point.arn]) } }
        } if only
      ],
    )
  })
}

resource "aws_efs_mount_target" "this" {
  for_each = local.created_mounts

  file_system_id  = aws_efs_file_system.this["main"].id
  subnet_id       = each.value
  security_groups = local.security_group_ids
}

resource "aws_efs_access_point" "this" {
  for_each = local.created_access_points

  file_system_id = aws_efs_file_system.this["main"].id
  tags           = merge(var.tags, { Name = "${var.name}-${each.key}" })

  posix_user {
    uid            = each.value.uid
    gid            = each.value.gid
    secondary_gids = each.value.secondary_gids
  }

  root_directory {
    path = coalesce(each.value.path, "/${each.key}")

    # Without it the directory would have to exist already.
    creation_info {
      owner_uid   = each.value.uid
      owner_gid   = each.value.gid
      permissions = each.value.permissions
    }
  }
}
