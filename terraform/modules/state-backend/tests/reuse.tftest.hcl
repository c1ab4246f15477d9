mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode     = "reuse"
  name     = "platform"
  states   = { shop = { key = "shop/terraform.tfstate" } }
  ledgers  = { shop = "ledger" }
  existing = { bucket = "states", kms_key = "alias/states" }
}

run "nothing_is_made_and_outputs_are_those_of_create" {
  assert {
    condition = sum([for made in [
      module.bucket, aws_s3_bucket_policy.this, aws_kms_key.this, aws_kms_alias.this,
    ] : length(made)]) == 0
    error_message = "Something is made in, or of, a bucket that belongs to others."
  }
  assert {
    condition     = output.bucket_name == "states" && output.bucket_arn == "arn:aws:s3:::found" && output.kms_key_arn == data.aws_kms_key.this["main"].arn
    error_message = "The outputs are not of the existing bucket and key."
  }
  assert {
    condition     = jsonencode(output.backend_config) == jsonencode({ bucket = "states", region = "eu-west-1", encrypt = "true", use_lockfile = "true", kms_key_id = data.aws_kms_key.this["main"].arn })
    error_message = "The backend is not that of the existing bucket."
  }
  assert {
    condition = (
      [for statement in jsondecode(output.policies["shop/default"].read).Statement : statement.Resource if statement.Sid == "Lock"] == ["arn:aws:s3:::found/shop/terraform.tfstate.tflock"] &&
      output.ledger_locations == { shop = "s3://states/ledger" } && output.state_keys == { "shop/default" = "shop/terraform.tfstate" }
    )
    error_message = "The policies are not of the existing bucket."
  }
}

run "a_bucket_without_a_key" {
  variables {
    encryption = "s3"
    existing   = { bucket = "states" }
  }

  assert {
    condition     = output.kms_key_arn == null && length(data.aws_kms_key.this) == 0 && [for statement in jsondecode(output.ledger_policies["shop"]).Statement : statement.Sid] == ["SeeWhatIsThere", "Ledger"]
    error_message = "A key is looked up, or allowed, that is not there."
  }
}

run "a_key_that_encrypts_nothing_is_refused" {
  command = plan

  override_data {
    target = data.aws_kms_key.this["main"]
    values = { enabled = false }
  }

  expect_failures = [data.aws_kms_key.this["main"]]
}
