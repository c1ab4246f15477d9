mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "platform"
  tags = { team = "platform" }
  applications = {
    shop = {
      writers = ["arn:aws:iam::111111111111:role/build"]
      readers = ["arn:aws:iam::111111111111:role/hosts", "arn:aws:iam::222222222222:root"]
    }
    blog = { prefix = "sites/blog", keep_days = 365 }
  }
}

run "defaults_are_safe" {
  command = plan

  assert {
    condition = (
      module.bucket["main"].made.bucket.bucket == "platform-artifacts-111111111111" && module.bucket["main"].made.bucket.tags == tomap({ team = "platform" }) &&
      !module.bucket["main"].made.bucket.force_destroy && !module.bucket["main"].made.bucket.object_lock_enabled
    )
    error_message = "The bucket lacks its name or its tags, goes with what is in it, or is locked unasked."
  }
  assert {
    condition     = module.bucket["main"].made.versioning.versioning_configuration[0].status == "Enabled"
    error_message = "An artifact that was overwritten is lost."
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
    condition     = [for rule in module.bucket["main"].made.encryption.rule : rule.apply_server_side_encryption_by_default[0].sse_algorithm] == ["AES256"] && output.kms_key_arn == null
    error_message = "The artifacts are not encrypted, or by a key that nobody asked for."
  }
  assert {
    condition     = length(data.aws_s3_bucket.this) + length(data.aws_kms_key.this) + length(aws_kms_key.this) + length(module.bucket["main"].made.logging) + length(aws_s3_bucket_object_lock_configuration.this) == 0
    error_message = "Something is looked up though it is made, or made unasked."
  }
}

run "artifacts_go_only_where_it_is_said" {
  command = plan

  assert {
    condition = jsonencode([
      for rule in module.bucket["main"].made.lifecycle.rule : [rule.id, try(rule.filter[0].prefix, null), rule.expiration[0].days]
    ]) == jsonencode([["old-versions", null, null], ["keep-blog", "sites/blog/", 365]])
    error_message = "Artifacts go that should stay, or stay that should go."
  }
  assert {
    condition = (
      module.bucket["main"].made.lifecycle.rule[0].noncurrent_version_expiration[0].noncurrent_days == 30 &&
      module.bucket["main"].made.lifecycle.rule[0].abort_incomplete_multipart_upload[0].days_after_initiation == 7
    )
    error_message = "Old versions go too soon or never, or parts of uploads stay."
  }
}

run "readers_read_and_writers_write_below_their_prefix" {
  assert {
    condition = jsonencode([
      for statement in jsondecode(aws_s3_bucket_policy.this["main"].policy).Statement :
      [statement.Principal.AWS, statement.Action, statement.Resource, try(statement.Condition.StringLike["s3:prefix"], null)] if statement.Effect == "Allow"
      ]) == jsonencode([
      [
        ["arn:aws:iam::111111111111:role/build", "arn:aws:iam::111111111111:role/hosts", "arn:aws:iam::222222222222:root"],
        ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion"], "arn:aws:s3:::made/shop/*", null,
      ],
      [
        ["arn:aws:iam::111111111111:role/build"],
        ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject", "s3:PutObjectTagging"], "arn:aws:s3:::made/shop/*", null,
      ],
      [
        ["arn:aws:iam::111111111111:role/build", "arn:aws:iam::111111111111:role/hosts", "arn:aws:iam::222222222222:root"],
        ["s3:ListBucket", "s3:ListBucketVersions"], "arn:aws:s3:::made", ["shop/*"],
      ],
    ])
    error_message = "Somebody may do more, or less, than was said: ${aws_s3_bucket_policy.this["main"].policy}."
  }
  assert {
    condition = jsonencode([
      for statement in jsondecode(aws_s3_bucket_policy.this["main"].policy).Statement : [statement.Sid, statement.Principal, statement.Action] if statement.Effect == "Deny"
    ]) == jsonencode([["OnlyTls", "*", "s3:*"], ["NoOldTls", "*", "s3:*"], ["Stays", "*", ["s3:DeleteBucket", "s3:DeleteBucketPolicy"]]])
    error_message = "The policy lets in who has no TLS, or lets the bucket be deleted."
  }
  assert {
    condition     = jsonencode(output.artifact_locations) == jsonencode({ blog = "s3://platform-artifacts-111111111111/sites/blog", shop = "s3://platform-artifacts-111111111111/shop" })
    error_message = "The artifacts are elsewhere than the outputs say."
  }
  assert {
    condition     = output.bucket_arn == "arn:aws:s3:::made" && output.bucket_name == module.bucket["main"].made.bucket.bucket && output.artifact_arns["blog"] == "arn:aws:s3:::made/sites/blog/*"
    error_message = "The outputs are not of the bucket."
  }
}

run "the_plan_without_the_other_application" {
  command = plan

  variables {
    applications = {
      shop = {
        writers = ["arn:aws:iam::111111111111:role/build"]
        readers = ["arn:aws:iam::111111111111:role/hosts", "arn:aws:iam::222222222222:root"]
      }
    }
  }

  assert {
    condition     = length(module.bucket["main"].made.lifecycle.rule) == 1
    error_message = "A rule about an application that is gone stays."
  }
  assert {
    condition     = keys(output.artifact_locations) == ["shop"]
    error_message = "An application that is gone still has a place."
  }
}

run "what_is_written_once_is_locked" {
  variables {
    write_once          = { days = 90, no_overwrite = true }
    deletion_protection = false
    access_logs         = { bucket = "logs", prefix = "artifacts/" }
  }

  assert {
    condition = (
      module.bucket["main"].made.bucket.object_lock_enabled &&
      aws_s3_bucket_object_lock_configuration.this["main"].rule[0].default_retention[0].mode == "GOVERNANCE" &&
      aws_s3_bucket_object_lock_configuration.this["main"].rule[0].default_retention[0].days == 90
    )
    error_message = "What was written can be deleted."
  }
  assert {
    condition = jsonencode([
      for statement in jsondecode(aws_s3_bucket_policy.this["main"].policy).Statement : [statement.Sid, statement.Action, statement.Condition] if statement.Effect == "Deny" && statement.Action != "s3:*"
    ]) == jsonencode([["NoOverwrite", "s3:PutObject", { Bool = { "s3:ObjectCreationOperation" = "true" }, Null = { "s3:if-none-match" = "true" } }]])
    error_message = "A name can be given to another artifact, or the bucket is protected though that was taken away."
  }
  assert {
    condition     = module.bucket["main"].made.logging["main"].target_bucket == "logs" && module.bucket["main"].made.logging["main"].target_prefix == "artifacts/"
    error_message = "The log goes elsewhere."
  }
}

run "a_key_of_its_own_serves_readers_and_writers" {
  variables {
    encryption = "own-key"
  }

  assert {
    condition     = aws_kms_key.this["main"].enable_key_rotation && output.kms_key_arn == aws_kms_key.this["main"].arn && [for rule in module.bucket["main"].made.encryption.rule : rule.apply_server_side_encryption_by_default[0].kms_master_key_id] == [aws_kms_key.this["main"].arn]
    error_message = "The key does not rotate, or does not encrypt the artifacts."
  }
  assert {
    condition = jsonencode([
      for statement in jsondecode(aws_kms_key.this["main"].policy).Statement : [statement.Action, length(statement.Principal.AWS), statement.Condition.StringEquals["kms:ViaService"]] if statement.Sid != "AccountDecides"
    ]) == jsonencode([[["kms:Decrypt"], 3, "s3.eu-west-1.amazonaws.com"], [["kms:Decrypt", "kms:GenerateDataKey"], 1, "s3.eu-west-1.amazonaws.com"]])
    error_message = "Readers or writers may do more, or less, with the key than for their artifacts."
  }
}
