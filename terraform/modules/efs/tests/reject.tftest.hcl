mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name          = "shop"
  vpc_id        = "vpc-0a1b2c3d4e5f60718"
  subnet_ids    = { a = "subnet-0000000000000000a" }
  clients       = { web = { security_group_id = "sg-0000000000000000a" } }
  access_points = { uploads = { uid = 33, gid = 33 } }
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "missing_access_point" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { file_system = { id = "fs-1" }, mount_targets = { a = "fsmt-1" }, access_points = { uploads = "" } }
  }
  # says: existing lacks: access_points.uploads.
  expect_failures = [var.existing]
}

run "surplus_mount_target" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { file_system = { id = "fs-1" }, mount_targets = { a = "fsmt-1", b = "fsmt-2" }, access_points = { uploads = "fsap-1" }, files = {} }
  }
  # says: mode is reuse and existing has unused keys: files, mount_targets.b.
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { file_system = { id = "fs-1" } }
  }
  # says: mode is create and existing has unused keys: file_system.id
  expect_failures = [var.existing]
}

run "no_subnet" {
  command = plan
  variables {
    subnet_ids = {}
  }
  # says: subnet_ids names at least one subnet
  expect_failures = [var.subnet_ids]
}

run "a_client_that_is_nobody" {
  command = plan
  variables {
    clients = { web = {} }
  }
  # says: either a security_group_id or a cidr_block; not so: web
  expect_failures = [var.clients]
}

run "everybody_as_client" {
  command = plan
  variables {
    clients = { all = { cidr_block = "0.0.0.0/0" } }
  }
  # says: never the whole internet
  expect_failures = [var.clients]
}

run "nobody_as_client" {
  command = plan
  variables {
    clients = {}
  }
  # says: Nobody could mount the file system
  expect_failures = [var.security_group_ids]
}

run "the_root_as_access_point" {
  command = plan
  variables {
    access_points = { all = { uid = 1, gid = 1, path = "/" } }
  }
  # says: not the root itself; not so: all = /
  expect_failures = [var.access_points]
}

run "root_as_user" {
  command = plan
  variables {
    access_points = { all = { uid = 0, gid = 0 } }
  }
  # says: other than root (0); not so: all
  expect_failures = [var.access_points]
}

run "only_access_points_that_are_none" {
  command = plan
  variables {
    access_points      = {}
    access_points_only = true
  }
  # says: access_points_only without access_points lets nobody in
  expect_failures = [var.access_points_only]
}

run "everybody_as_role" {
  command = plan
  variables {
    client_role_arns = ["*"]
  }
  # says: client_role_arns are ARNs of roles; not all are: *
  expect_failures = [var.client_role_arns]
}

run "speed_of_another_mode" {
  command = plan
  variables {
    throughput = { mibps = 100 }
  }
  # says: throughput.mibps belongs to mode provisioned, and only to it; mode is bursting
  expect_failures = [var.throughput]
}

run "archive_of_a_bursting_file_system" {
  command = plan
  variables {
    lifecycle_days = { archive = 90 }
  }
  # says: lifecycle_days.archive needs throughput mode elastic
  expect_failures = [var.lifecycle_days]
}
