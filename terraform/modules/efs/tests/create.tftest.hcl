mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name          = "shop"
  vpc_id        = "vpc-0a1b2c3d4e5f60718"
  subnet_ids    = { a = "subnet-0000000000000000a", b = "subnet-0000000000000000b" }
  clients       = { web = { security_group_id = "sg-0000000000000000a" }, office = { cidr_block = "10.9.0.0/24" } }
  access_points = { uploads = { uid = 33, gid = 33 }, cache = { uid = 1000, gid = 1000, path = "/web/cache", permissions = "0700" } }
  tags          = { application = "shop" }
}

run "defaults_are_safe" {
  command = plan

  assert {
    condition     = aws_efs_file_system.this["main"].encrypted && aws_efs_file_system.this["main"].throughput_mode == "bursting"
    error_message = "Files are not encrypted, or cost more than was asked for."
  }
  assert {
    condition     = aws_efs_backup_policy.this["main"].backup_policy[0].status == "ENABLED"
    error_message = "A deleted file is lost."
  }
  assert {
    condition = jsonencode([
      for policy in aws_efs_file_system.this["main"].lifecycle_policy : [policy.transition_to_ia, policy.transition_to_archive, policy.transition_to_primary_storage_class]
    ]) == jsonencode([["AFTER_30_DAYS", null, null], [null, null, "AFTER_1_ACCESS"]])
    error_message = "Files that nobody reads do not move to the cheaper class, and back."
  }
  assert {
    condition     = aws_efs_file_system.this["main"].tags == tomap({ Name = "shop", application = "shop" })
    error_message = "The file system lacks its tags."
  }
  assert {
    condition     = length(data.aws_efs_file_system.this) + length(data.aws_efs_mount_target.this) + length(data.aws_efs_access_point.this) == 0
    error_message = "Something is looked up though it is made."
  }
}

run "it_is_mounted_in_each_zone_by_its_clients" {
  assert {
    condition     = { for zone, target in aws_efs_mount_target.this : zone => target.subnet_id } == { a = "subnet-0000000000000000a", b = "subnet-0000000000000000b" }
    error_message = "A zone cannot mount the file system."
  }
  assert {
    condition     = alltrue([for target in aws_efs_mount_target.this : jsonencode(target.security_groups) == jsonencode([aws_security_group.this["main"].id])])
    error_message = "A mount target does not have the group that was made for it."
  }
  assert {
    condition = (
      alltrue([for rule in aws_vpc_security_group_ingress_rule.clients : rule.from_port == 2049 && rule.to_port == 2049 && rule.ip_protocol == "tcp"]) &&
      aws_vpc_security_group_ingress_rule.clients["web"].referenced_security_group_id == "sg-0000000000000000a" && aws_vpc_security_group_ingress_rule.clients["office"].cidr_ipv4 == "10.9.0.0/24"
    )
    error_message = "A client cannot mount, or reaches more than the file system."
  }
  assert {
    condition = (
      output.file_system_id == aws_efs_file_system.this["main"].id && output.file_system_arn == aws_efs_file_system.this["main"].arn && output.dns_name == aws_efs_file_system.this["main"].dns_name &&
      jsonencode(output.mount_target_ids) == jsonencode({ a = aws_efs_mount_target.this["a"].id, b = aws_efs_mount_target.this["b"].id }) && output.security_group_ids == toset([aws_security_group.this["main"].id])
    )
    error_message = "The outputs are not of the file system that was made."
  }
  assert {
    condition = (
      jsonencode(output.access_point_ids) == jsonencode({ cache = aws_efs_access_point.this["cache"].id, uploads = aws_efs_access_point.this["uploads"].id }) &&
      output.access_point_arns["cache"] == aws_efs_access_point.this["cache"].arn
    )
    error_message = "The access points are not by key."
  }
}

run "only_encrypted_connections_through_a_mount_target" {
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_efs_file_system_policy.this["main"].policy).Statement : statement.Resource == aws_efs_file_system.this["main"].arn
    ])
    error_message = "The policy is about another file system."
  }
  assert {
    condition = [
      for statement in jsondecode(aws_efs_file_system_policy.this["main"].policy).Statement : "${statement.Effect} ${jsonencode(statement.Condition)}"
    ] == ["Allow {\"Bool\":{\"elasticfilesystem:AccessedViaMountTarget\":\"true\"}}", "Deny {\"Bool\":{\"aws:SecureTransport\":\"false\"}}"]
    error_message = "A client comes without TLS, or from outside of the network."
  }
  assert {
    condition     = jsondecode(aws_efs_file_system_policy.this["main"].policy).Statement[0].Action == ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    error_message = "A client's root is root in the file system."
  }
}

run "roles_and_access_points_narrow_it" {
  variables {
    client_role_arns   = ["arn:aws:iam::111111111111:role/web"]
    access_points_only = true
    root_access        = true
  }

  assert {
    condition     = jsondecode(aws_efs_file_system_policy.this["main"].policy).Statement[0].Principal.AWS == ["arn:aws:iam::111111111111:role/web"]
    error_message = "Others than the named roles may mount."
  }
  assert {
    condition     = contains(jsondecode(aws_efs_file_system_policy.this["main"].policy).Statement[0].Action, "elasticfilesystem:ClientRootAccess")
    error_message = "root_access is not given."
  }
  assert {
    condition = (
      jsondecode(aws_efs_file_system_policy.this["main"].policy).Statement[2].Effect == "Deny" &&
      contains(jsondecode(aws_efs_file_system_policy.this["main"].policy).Statement[2].Action, "elasticfilesystem:ClientMount") &&
      toset(jsondecode(aws_efs_file_system_policy.this["main"].policy).Statement[2].Condition.StringNotEquals["elasticfilesystem:AccessPointArn"]) == toset(values(aws_efs_access_point.this)[*].arn)
    )
    error_message = "All of the file system can be mounted, without an access point."
  }
}

run "an_access_point_is_a_directory_and_a_user" {
  command = plan

  assert {
    condition     = aws_efs_access_point.this["uploads"].root_directory[0].path == "/uploads" && aws_efs_access_point.this["cache"].root_directory[0].path == "/web/cache"
    error_message = "An access point shows another directory."
  }
  assert {
    condition     = aws_efs_access_point.this["uploads"].posix_user[0].uid == 33 && aws_efs_access_point.this["uploads"].root_directory[0].creation_info[0].owner_uid == 33
    error_message = "The directory belongs to another user than the one who mounts it."
  }
  assert {
    condition     = [for key in ["cache", "uploads"] : aws_efs_access_point.this[key].root_directory[0].creation_info[0].permissions] == ["0700", "0750"]
    error_message = "Others may read the directory."
  }
}

run "a_zone_and_an_access_point_go_without_the_others" {
  command = plan

  variables {
    subnet_ids         = { b = "subnet-0000000000000000b" }
    access_points      = { uploads = { uid = 33, gid = 33 } }
    client_role_arns   = ["arn:aws:iam::111111111111:role/web"]
    access_points_only = false
    root_access        = true
  }

  # changes only: ["a"] ["cache"] ["main"]
  assert {
    condition     = keys(aws_efs_mount_target.this) == ["b"] && keys(aws_efs_access_point.this) == ["uploads"]
    error_message = "More, or less, than what was taken away goes."
  }
}

run "cheaper_classes_and_speed_are_asked_for" {
  command = plan

  variables {
    throughput         = { mode = "elastic" }
    lifecycle_days     = { infrequent = 1, archive = 90, back_on_access = false }
    backup             = false
    clients            = {}
    security_group_ids = ["sg-0000000000000000b"]
  }

  assert {
    condition = jsonencode([
      for policy in aws_efs_file_system.this["main"].lifecycle_policy : [policy.transition_to_ia, policy.transition_to_archive, policy.transition_to_primary_storage_class]
    ]) == jsonencode([["AFTER_1_DAY", null, null], [null, "AFTER_90_DAYS", null]])
    error_message = "Files do not move as was asked."
  }
  assert {
    condition     = aws_efs_file_system.this["main"].throughput_mode == "elastic" && aws_efs_backup_policy.this["main"].backup_policy[0].status == "DISABLED"
    error_message = "Speed or backup is not as was asked."
  }
  assert {
    condition     = length(aws_security_group.this) == 0 && jsonencode(aws_efs_mount_target.this["a"].security_groups) == jsonencode(["sg-0000000000000000b"])
    error_message = "A group is made that nobody asked for, or the given one is not used."
  }
}

run "files_that_never_left_do_not_come_back" {
  command = plan

  variables {
    lifecycle_days = { infrequent = 0 }
  }

  assert {
    condition     = length(aws_efs_file_system.this["main"].lifecycle_policy) == 0
    error_message = "AWS is asked to move files back from a class that they never go to."
  }
}
