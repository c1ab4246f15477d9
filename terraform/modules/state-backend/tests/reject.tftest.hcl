mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "platform"
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "missing_key" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { bucket = "states" }
  }
  # says: mode is reuse with encryption = own-key and existing lacks: kms_key
  expect_failures = [var.existing]
}

run "surplus_key" {
  command = plan
  variables {
    mode       = "reuse"
    encryption = "s3"
    existing   = { bucket = "states", kms_key = "1", table = "locks" }
  }
  # says: mode is reuse with encryption = s3 and existing has unused keys: kms_key, table
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { bucket = "states" }
  }
  # says: mode is create with encryption = own-key and existing has unused keys: bucket
  expect_failures = [var.existing]
}

run "bad_name" {
  command = plan
  variables {
    name = "My_Team"
  }
  # says: not My_Team
  expect_failures = [var.name]
}

run "bad_bucket_name" {
  command = plan
  variables {
    bucket_name = "My_Bucket"
  }
  # says: not My_Bucket
  expect_failures = [var.bucket_name]
}

run "unknown_encryption" {
  command = plan
  variables {
    encryption = "aes"
  }
  # says: encryption is own-key, given-key or s3, not aes
  expect_failures = [var.encryption]
}

run "no_key_given" {
  command = plan
  variables {
    encryption = "given-key"
  }
  # says: kms_key_arn belongs to mode create with encryption given-key
  expect_failures = [var.kms_key_arn]
}

run "an_alias_as_key" {
  command = plan
  variables {
    encryption  = "given-key"
    kms_key_arn = "alias/states"
  }
  # says: an alias can be moved to another), not alias/states
  expect_failures = [var.kms_key_arn]
}

run "no_old_version_is_kept" {
  command = plan
  variables {
    old_versions = { keep = 0 }
  }
  # says: old_versions.keep is a whole number from 1 to 100, not 0
  expect_failures = [var.old_versions]
}

run "half_a_day" {
  command = plan
  variables {
    old_versions = { days = 0.5 }
  }
  # says: old_versions.days is a whole number from 1, not 0.5
  expect_failures = [var.old_versions]
}

run "a_key_that_is_a_pattern" {
  command = plan
  variables {
    states = { all = { key = "shop/*" } }
  }
  # says: not all are: env: shop/*
  expect_failures = [var.states]
}

run "bad_workspace" {
  command = plan
  variables {
    states = { shop = { key = "shop", workspaces = ["a/b"] } }
  }
  # says: not all are: shop = a/b
  expect_failures = [var.states]
}

run "two_states_in_one_object" {
  command = plan
  variables {
    states = { shop = { key = "state" }, blog = { key = "state" } }
  }
  # says: Two states are the same object, and would overwrite each other: blog = state, shop = state
  expect_failures = [var.states]
}

run "a_ledger_everywhere" {
  command = plan
  variables {
    ledgers = { shop = "" }
  }
  # says: ledgers are prefixes
  expect_failures = [var.ledgers]
}
