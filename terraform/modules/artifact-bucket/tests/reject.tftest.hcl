mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name         = "platform"
  applications = { shop = {} }
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "nothing_to_reuse" {
  command = plan
  variables {
    mode = "reuse"
  }
  # says: mode is reuse with encryption = s3 and existing lacks: bucket
  expect_failures = [var.existing]
}

run "surplus_key" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { bucket = "artifacts", kms_key = "1" }
  }
  # says: mode is reuse with encryption = s3 and existing has unused keys: kms_key
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { bucket = "artifacts" }
  }
  # says: mode is create with encryption = s3 and existing has unused keys: bucket
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

run "unknown_encryption" {
  command = plan
  variables {
    encryption = "aes"
  }
  # says: encryption is own-key, given-key or s3, not aes
  expect_failures = [var.encryption]
}

run "a_key_that_nothing_uses" {
  command = plan
  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/1b2c"
  }
  # says: mode is create and encryption is s3
  expect_failures = [var.kms_key_arn]
}

run "locked_for_no_time" {
  command = plan
  variables {
    write_once = { days = 0 }
  }
  # says: write_once.days is a whole number from 1 to 36500, not 0
  expect_failures = [var.write_once]
}

run "unknown_lock" {
  command = plan
  variables {
    write_once = { days = 1, mode = "LEGAL" }
  }
  # says: write_once.mode is GOVERNANCE or COMPLIANCE, not LEGAL
  expect_failures = [var.write_once]
}

run "no_application" {
  command = plan
  variables {
    applications = {}
  }
  # says: applications names at least one application
  expect_failures = [var.applications]
}

run "a_prefix_that_is_a_pattern" {
  command = plan
  variables {
    applications = { shop = { prefix = "*" } }
  }
  # says: not all are: shop = *
  expect_failures = [var.applications]
}

run "a_prefix_inside_of_another" {
  command = plan
  variables {
    applications = { shop = {}, api = { prefix = "shop/api" } }
  }
  # says: whose readers would read it: api = shop/api, shop = shop
  expect_failures = [var.applications]
}

run "everyone_may_read" {
  command = plan
  variables {
    applications = { shop = { readers = ["*"] } }
  }
  # says: never everyone; not all are: *
  expect_failures = [var.applications]
}

run "kept_for_no_time" {
  command = plan
  variables {
    applications = { shop = { keep_days = 0 } }
  }
  # says: keep_days is a whole number from 1; not all are: shop = 0
  expect_failures = [var.applications]
}

run "half_a_day" {
  command = plan
  variables {
    old_version_days = 0.5
  }
  # says: old_version_days is a whole number from 1, not 0.5
  expect_failures = [var.old_version_days]
}
