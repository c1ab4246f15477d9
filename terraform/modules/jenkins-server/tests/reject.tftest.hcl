mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                  = "jenkins"
  url                   = "https://jenkins.example.com/"
  subnet_id             = "subnet-0000000000000001a"
  security_group_ids    = ["sg-0a1b2c3d4e5f60718"]
  instance_profile_name = "jenkins-controller"
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "missing_disk" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { instance = { id = "i-1" }, launch_template = { id = "lt-1" } }
  }
  # says: existing lacks: data_volume.id
  expect_failures = [var.existing]
}

run "surplus_profile" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { instance = { id = "i-1" }, launch_template = { id = "lt-1" }, data_volume = { id = "vol-1" }, profile = { id = "p" } }
  }
  # says: mode is reuse and existing has unused keys: profile.id
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { instance = { id = "i-1" } }
  }
  # says: mode is create and existing has unused keys: instance.id
  expect_failures = [var.existing]
}

run "bad_name" {
  command = plan
  variables {
    name = "Jenkins CI"
  }
  # says: not Jenkins CI
  expect_failures = [var.name]
}

run "url_without_a_slash" {
  command = plan
  variables {
    url = "https://jenkins.example.com"
  }
  # says: with a slash at the end, not https://jenkins.example.com
  expect_failures = [var.url]
}

run "another_group" {
  command = plan
  variables {
    groups = ["ci"]
  }
  # says: groups has jenkins, which the playbook is for; it is: ci
  expect_failures = [var.groups]
}

run "a_directory_that_is_none" {
  command = plan
  variables {
    data_volume = { directory = "/var/lib/jenkins; reboot" }
  }
  # says: data_volume.directory is an absolute path
  expect_failures = [var.data_volume]
}

run "no_security_group" {
  command = plan
  variables {
    security_group_ids = []
  }
  # says: security_group_ids names at least one
  expect_failures = [var.security_group_ids]
}
