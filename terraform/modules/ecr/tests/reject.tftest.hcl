mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name         = "shop"
  repositories = { web = {}, api = {} }
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "missing_repository" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { web = "team/web" }
  }
  # says: existing lacks: api
  expect_failures = [var.existing]
}

run "empty_name_is_missing" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { web = "team/web", api = "" }
  }
  # says: existing lacks: api
  expect_failures = [var.existing]
}

run "surplus_repository" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { web = "team/web", api = "team/api", wbe = "team/wbe" }
  }
  # says: mode is reuse and existing has unused keys: wbe
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { web = "team/web" }
  }
  # says: mode is create and existing has unused keys: web
  expect_failures = [var.existing]
}

run "no_repository" {
  command = plan
  variables {
    repositories = {}
  }
  # says: repositories names at least one repository
  expect_failures = [var.repositories]
}

run "bad_name" {
  command = plan
  variables {
    repositories = { web = { name = "Team/Web" } }
  }
  # says: not all are: Team/Web
  expect_failures = [var.repositories]
}

run "same_name_twice" {
  command = plan
  variables {
    repositories = { web = {}, copy = { name = "shop/web" } }
  }
  # says: Two keys of repositories have the same name
  expect_failures = [var.repositories]
}

run "bad_retention" {
  command = plan
  variables {
    repositories = { web = { untagged_days = 0 } }
  }
  # says: untagged_days and keep_tagged are whole numbers from 1
  expect_failures = [var.repositories]
}

run "everyone_as_reader" {
  command = plan
  variables {
    repositories = { web = { readers = ["*"] } }
  }
  # says: not all are: *
  expect_failures = [var.repositories]
}
