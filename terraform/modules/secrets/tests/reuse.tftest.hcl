mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode     = "reuse"
  name     = "shop"
  secrets  = { token = {}, database = { readers = ["arn:aws:iam::222222222222:root"] } }
  existing = { token = "shop/token", database = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:database-AbCdEf" }
}

run "nothing_is_made_and_outputs_are_those_of_create" {
  override_data {
    target = data.aws_secretsmanager_secret.this["database"]
    values = { name = "database", kms_key_id = "alias/database" }
  }

  override_data {
    target = data.aws_secretsmanager_secret.this["token"]
    values = { arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:found-AbCdEf", kms_key_id = "" }
  }

  assert {
    condition     = length(aws_secretsmanager_secret.this) + length(aws_secretsmanager_secret_policy.this) + length(aws_secretsmanager_secret_rotation.this) == 0
    error_message = "Something is made in, or of, a secret that belongs to others."
  }
  assert {
    condition     = jsonencode(output.secret_arns) == jsonencode({ database = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:database-AbCdEf", token = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:found-AbCdEf" })
    error_message = "The ARNs are not those of the existing secrets."
  }
  assert {
    condition     = jsonencode([output.secret_names, output.kms_keys]) == jsonencode([{ database = "database", token = "shop/token" }, { database = "alias/database", token = null }])
    error_message = "The names or the keys are not those of the existing secrets."
  }
}
