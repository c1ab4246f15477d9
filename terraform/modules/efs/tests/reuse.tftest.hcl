mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode          = "reuse"
  name          = "shop"
  vpc_id        = "vpc-0a1b2c3d4e5f60718"
  subnet_ids    = { a = "subnet-0000000000000000a" }
  access_points = { uploads = { uid = 33, gid = 33 } }
  clients       = { web = { security_group_id = "sg-0000000000000000a" } }
  existing = {
    file_system   = { id = "fs-0f0e0d0c0b0a09080" }
    mount_targets = { a = "fsmt-0000000000000000a" }
    access_points = { uploads = "fsap-0000000000000000a" }
  }
}

run "nothing_is_made" {
  assert {
    condition = sum([for made in [
      aws_efs_file_system.this, aws_efs_backup_policy.this, aws_efs_file_system_policy.this, aws_efs_mount_target.this, aws_efs_access_point.this,
      aws_security_group.this, aws_vpc_security_group_ingress_rule.clients,
    ] : length(made)]) == 0
    error_message = "Something of a file system that belongs to others is made or changed."
  }
  assert {
    condition     = output.file_system_id == "fs-0f0e0d0c0b0a09080" && output.file_system_arn == data.aws_efs_file_system.this["main"].arn && output.dns_name == data.aws_efs_file_system.this["main"].dns_name
    error_message = "The outputs are not of the existing file system."
  }
  assert {
    condition = (
      jsonencode(output.access_point_ids) == jsonencode({ uploads = "fsap-0000000000000000a" }) && jsonencode(output.access_point_arns) == jsonencode({ uploads = data.aws_efs_access_point.this["uploads"].arn }) &&
      jsonencode(output.mount_target_ids) == jsonencode({ a = "fsmt-0000000000000000a" }) && output.security_group_ids == toset(["sg-0f0e0d0c0b0a09080"])
    )
    error_message = "Access points or mount targets are not those that were given."
  }
}

run "what_is_of_another_file_system_is_refused" {
  command = plan

  override_data {
    target = data.aws_efs_access_point.this["uploads"]
    values = { file_system_id = "fs-0ffffffffffffffff" }
  }
  override_data {
    target = data.aws_efs_mount_target.this["a"]
    values = { file_system_id = "fs-0ffffffffffffffff", subnet_id = "subnet-0000000000000000a" }
  }

  expect_failures = [data.aws_efs_access_point.this["uploads"], data.aws_efs_mount_target.this["a"]]
}

run "a_mount_target_in_another_subnet_is_refused" {
  command = plan

  override_data {
    target = data.aws_efs_mount_target.this["a"]
    values = { file_system_id = "fs-0f0e0d0c0b0a09080", subnet_id = "subnet-0ffffffffffffffff" }
  }

  expect_failures = [data.aws_efs_mount_target.this["a"]]
}

run "an_unencrypted_file_system_is_refused" {
  command = plan

  override_data {
    target = data.aws_efs_file_system.this["main"]
    values = { encrypted = false }
  }

  expect_failures = [data.aws_efs_file_system.this["main"]]
}
