mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "platform"
  tags = { team = "platform" }
  states = {
    shop = { key = "shop/terraform.tfstate", workspaces = ["default", "production"] }
    blog = { key = "blog/terraform.tfstate" }
  }
  ledgers = { shop = "ledger" }
}

run "defaults_are_safe" {
  command = plan

  assert {
    condition     = module.bucket["main"].made.bucket.bucket == "platform-state-111111111111" && !module.bucket["main"].made.bucket.force_destroy && module.bucket["main"].made.bucket.tags == tomap({ team = "platform" })
    error_message = "The bucket lacks its name or its tags, or goes with what is in it."
  }
  assert {
    condition     = module.bucket["main"].made.versioning.versioning_configuration[0].status == "Enabled"
    error_message = "A state that was overwritten is lost."
  }
  assert {
    condition = alltrue([
      for flag in [
        module.bucket["main"].made.public_access_block.block_public_acls, module.bucket["main"].made.public_access_block.block_public_policy,
        module.bucket["main"].made.public_access_block.ignore_public_acls, module.bucket["main"].made.public_access_block.restrict_public_buckets,
      ] : flag
    ]) && module.bucket["main"].made.ownership_controls.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "The bucket can be made public."
  }
  assert {
    condition     = aws_kms_key.this["main"].enable_key_rotation && aws_kms_key.this["main"].deletion_window_in_days == 30 && aws_kms_alias.this["main"].name == "alias/platform-state"
    error_message = "The key does not rotate, goes too soon, or has no name."
  }
  assert {
    condition = (
      module.bucket["main"].made.lifecycle.rule[0].noncurrent_version_expiration[0].noncurrent_days == 90 &&
      tonumber(module.bucket["main"].made.lifecycle.rule[0].noncurrent_version_expiration[0].newer_noncurrent_versions) == 20 &&
      module.bucket["main"].made.lifecycle.rule[0].abort_incomplete_multipart_upload[0].days_after_initiation == 7
    )
    error_message = "Old versions go too soon or never, or parts of uploads stay."
  }
  assert {
    condition     = length(data.aws_s3_bucket.this) + length(data.aws_kms_key.this) + length(module.bucket["main"].made.logging) == 0
    error_message = "Something is looked up though it is made, or logged unasked."
  }
}

run "the_bucket_is_encrypted_and_guarded" {
  assert {
    condition = jsonencode([
      for rule in module.bucket["main"].made.encryption.rule :
      [rule.bucket_key_enabled, rule.apply_server_side_encryption_by_default[0].sse_algorithm, rule.apply_server_side_encryption_by_default[0].kms_master_key_id]
    ]) == jsonencode([[true, "aws:kms", aws_kms_key.this["main"].arn]])
    error_message = "The objects are not encrypted with the key."
  }
  assert {
    condition     = jsonencode({ for statement in jsondecode(aws_s3_bucket_policy.this["main"].policy).Statement : statement.Sid => [statement.Effect, statement.Principal, statement.Action] }) == jsonencode({ NoOldTls = ["Deny", "*", "s3:*"], OnlyTls = ["Deny", "*", "s3:*"], Stays = ["Deny", "*", ["s3:DeleteBucket", "s3:DeleteBucketPolicy"]] })
    error_message = "The policy lets in who has no TLS, or lets the bucket be deleted."
  }
  assert {
    condition = jsonencode([for statement in jsondecode(aws_s3_bucket_policy.this["main"].policy).Statement : try(statement.Condition, null)]) == jsonencode([
      { Bool = { "aws:SecureTransport" = "false" } }, { NumericLessThan = { "s3:TlsVersion" = "1.2" } }, null,
    ])
    error_message = "What is denied is not what lacks TLS."
  }
}

run "the_backend_is_configured" {
  assert {
    condition     = jsonencode(output.backend_config) == jsonencode({ bucket = "platform-state-111111111111", region = "eu-west-1", encrypt = "true", use_lockfile = "true", kms_key_id = aws_kms_key.this["main"].arn })
    error_message = "The backend would not find, encrypt or lock its state."
  }
  assert {
    condition     = output.bucket_name == module.bucket["main"].made.bucket.bucket && output.bucket_arn == module.bucket["main"].made.bucket.arn && output.kms_key_arn == aws_kms_key.this["main"].arn
    error_message = "The outputs are not of the bucket."
  }
  assert {
    condition     = jsonencode(output.state_keys) == jsonencode({ "blog/default" = "blog/terraform.tfstate", "shop/default" = "shop/terraform.tfstate", "shop/production" = "env:/production/shop/terraform.tfstate" })
    error_message = "The states are not where the backend keeps them."
  }
}

run "policies_are_of_one_state_and_its_lock" {
  assert {
    condition = jsonencode({ for statement in jsondecode(output.policies["shop/production"].read).Statement : statement.Sid => [statement.Action, statement.Resource] }) == jsonencode({
      EncryptAndDecrypt = [["kms:Decrypt", "kms:GenerateDataKey"], aws_kms_key.this["main"].arn]
      Lock              = [["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], "arn:aws:s3:::made/env:/production/shop/terraform.tfstate.tflock"]
      SeeWhatIsThere    = ["s3:ListBucket", "arn:aws:s3:::made"]
      State             = [["s3:GetObject"], "arn:aws:s3:::made/env:/production/shop/terraform.tfstate"]
    })
    error_message = "Who plans may do more, or less, than read that state and lock it."
  }
  assert {
    condition     = [for statement in jsondecode(output.policies["blog/default"].write).Statement : statement.Action if statement.Sid == "State"] == [["s3:GetObject", "s3:PutObject"]]
    error_message = "Who applies may do more, or less, than write the state."
  }
  assert {
    condition     = one([for statement in jsondecode(output.policies["blog/default"].write).Statement : statement.Condition if statement.Sid == "EncryptAndDecrypt"]).StringEquals["kms:ViaService"] == "s3.eu-west-1.amazonaws.com"
    error_message = "The key serves more than the bucket."
  }
  assert {
    condition     = output.ledger_locations == { shop = "s3://platform-state-111111111111/ledger" } && [for statement in jsondecode(output.ledger_policies["shop"]).Statement : statement.Resource if statement.Sid == "Ledger"] == ["arn:aws:s3:::made/ledger/*"]
    error_message = "The ledger is elsewhere than its policy says."
  }
}

run "what_costs_less_and_protects_less_is_asked_for" {
  command = plan

  variables {
    bucket_name         = "states-of-the-platform"
    encryption          = "s3"
    deletion_protection = false
    old_versions        = { days = 30, keep = 5 }
    access_logs         = { bucket = "logs" }
  }

  assert {
    condition     = length(aws_kms_key.this) + length(aws_kms_alias.this) == 0 && [for rule in module.bucket["main"].made.encryption.rule : rule.apply_server_side_encryption_by_default[0].sse_algorithm] == ["AES256"]
    error_message = "A key is made that nothing uses, or nothing encrypts."
  }
  assert {
    condition     = jsonencode(output.backend_config) == jsonencode({ bucket = "states-of-the-platform", region = "eu-west-1", encrypt = "true", use_lockfile = "true" }) && output.kms_key_arn == null
    error_message = "The backend is told of a key that is not there."
  }
  assert {
    condition     = tonumber(module.bucket["main"].made.lifecycle.rule[0].noncurrent_version_expiration[0].newer_noncurrent_versions) == 5
    error_message = "More, or fewer, old versions stay than were asked for."
  }
  assert {
    condition     = module.bucket["main"].made.logging["main"].target_bucket == "logs" && module.bucket["main"].made.logging["main"].target_prefix == "states-of-the-platform/"
    error_message = "The log goes elsewhere."
  }
}

run "an_unprotected_bucket_can_be_deleted" {
  variables {
    deletion_protection = false
    encryption          = "given-key"
    kms_key_arn         = "arn:aws:kms:eu-west-1:111111111111:key/1b2c"
  }

  assert {
    condition     = [for statement in jsondecode(aws_s3_bucket_policy.this["main"].policy).Statement : statement.Sid] == ["OnlyTls", "NoOldTls"]
    error_message = "The bucket cannot be deleted though its protection was taken away."
  }
  assert {
    condition     = output.kms_key_arn == "arn:aws:kms:eu-west-1:111111111111:key/1b2c" && output.backend_config["kms_key_id"] == output.kms_key_arn && length(aws_kms_key.this) == 0
    error_message = "The key that was given is not the one that encrypts."
  }
}

run "the_plan_without_a_state_changes_nothing" {
  command = plan

  variables {
    deletion_protection = false
    encryption          = "given-key"
    kms_key_arn         = "arn:aws:kms:eu-west-1:111111111111:key/1b2c"
    states              = { blog = { key = "blog/terraform.tfstate" } }
    ledgers             = {}
  }

  assert {
    condition     = keys(output.policies) == ["blog/default"] && output.ledger_policies == {}
    error_message = "Policies of a state that is not named any more are still given."
  }
}
