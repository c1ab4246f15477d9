mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name    = "shop"
  secrets = { token = { description = "Token" }, database = { description = "Password" } }
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "missing_secret" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { token = "shop/token", database = "" }
  }
  # says: existing lacks: database
  expect_failures = [var.existing]
}

run "surplus_secret" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { token = "a", database = "b", tokn = "c" }
  }
  # says: mode is reuse and existing has unused keys: tokn
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { token = "a" }
  }
  # says: mode is create and existing has unused keys: token
  expect_failures = [var.existing]
}

run "bad_name" {
  command = plan
  variables {
    name = "shop production"
  }
  # says: not shop production
  expect_failures = [var.name]
}

run "no_secret" {
  command = plan
  variables {
    secrets = {}
  }
  # says: secrets names at least one secret
  expect_failures = [var.secrets]
}

run "secret_without_a_description" {
  command = plan
  variables {
    secrets = { token = {} }
  }
  # says: these are not: token
  expect_failures = [var.secrets]
}

run "name_that_an_arn_would_confuse" {
  command = plan
  variables {
    secrets = { api-secret = { description = "A" } }
  }
  # says: not so: shop/api-secret
  expect_failures = [var.secrets]
}

run "two_secrets_of_one_name" {
  command = plan
  variables {
    secrets = { a = { description = "A", name = "x" }, b = { description = "B", name = "x" } }
  }
  # says: Two keys of secrets have the same name: x, x
  expect_failures = [var.secrets]
}

run "too_short_a_recovery" {
  command = plan
  variables {
    secrets = { token = { description = "A", recovery_days = 3 } }
  }
  # says: not so: token = 3
  expect_failures = [var.secrets]
}

run "everyone_may_read" {
  command = plan
  variables {
    secrets = { token = { description = "A", readers = ["*"] } }
  }
  # says: never everyone; not all are: *
  expect_failures = [var.secrets]
}

run "rotation_without_end" {
  command = plan
  variables {
    secrets = { token = { description = "A", rotation = { lambda_arn = "arn:aws:lambda:eu-west-1:111111111111:function:rotate", days = 0 } } }
  }
  # says: rotation.days is 1 to 1000; not so: token
  expect_failures = [var.secrets]
}
