mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode         = "reuse"
  name         = "shop"
  applications = { shop = { writers = ["arn:aws:iam::111111111111:role/build"], keep_days = 30 } }
  existing     = { bucket = "artifacts" }
}

run "nothing_is_made_and_outputs_are_those_of_create" {
  assert {
    condition = sum([for made in [
      module.bucket, aws_s3_bucket_object_lock_configuration.this, aws_s3_bucket_policy.this, aws_kms_key.this, aws_kms_alias.this,
    ] : length(made)]) == 0
    error_message = "Something is made in, or of, a bucket that belongs to others."
  }
  assert {
    condition     = output.bucket_name == "artifacts" && output.bucket_arn == "arn:aws:s3:::found" && output.kms_key_arn == null
    error_message = "The outputs are not of the existing bucket."
  }
  assert {
    condition     = output.artifact_locations == { shop = "s3://artifacts/shop" } && output.artifact_arns == { shop = "arn:aws:s3:::found/shop/*" }
    error_message = "The artifacts are not in the existing bucket."
  }
}

run "the_key_of_an_existing_bucket_is_looked_up" {
  variables {
    encryption = "own-key"
    existing   = { bucket = "artifacts", kms_key = "alias/artifacts" }
  }

  assert {
    condition     = output.kms_key_arn == data.aws_kms_key.this["main"].arn
    error_message = "The key is not that of the existing bucket."
  }
}

run "a_key_that_encrypts_nothing_is_refused" {
  command = plan

  variables {
    encryption = "own-key"
    existing   = { bucket = "artifacts", kms_key = "alias/artifacts" }
  }

  override_data {
    target = data.aws_kms_key.this["main"]
    values = { key_usage = "SIGN_VERIFY" }
  }

  expect_failures = [data.aws_kms_key.this["main"]]
}
