mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "shop"
  tags = { application = "shop" }
  secrets = {
    token    = { description = "Token of the payment provider" }
    database = { description = "Password", name = "team/database", kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/1b2c", recovery_days = 7 }
  }
}

run "secrets_have_a_name_and_can_be_restored" {
  command = plan

  assert {
    condition     = jsonencode({ for key, secret in aws_secretsmanager_secret.this : key => [secret.name, secret.description, secret.recovery_window_in_days, secret.kms_key_id] }) == jsonencode({ database = ["team/database", "Password", 7, "arn:aws:kms:eu-west-1:111111111111:key/1b2c"], token = ["shop/token", "Token of the payment provider", 30, null] })
    error_message = "A secret has another name, description, key or recovery than was said."
  }
  assert {
    condition     = aws_secretsmanager_secret.this["token"].tags == tomap({ application = "shop" })
    error_message = "The secret lacks its tags."
  }
  assert {
    condition     = length(aws_secretsmanager_secret_policy.this) + length(aws_secretsmanager_secret_rotation.this) + length(data.aws_secretsmanager_secret.this) == 0
    error_message = "A policy or a rotation is made that nobody asked for, or a secret looked up that is made."
  }
}

run "outputs_are_by_key" {
  assert {
    condition     = output.secret_arns["token"] == aws_secretsmanager_secret.this["token"].arn && keys(output.secret_arns) == ["database", "token"]
    error_message = "The ARNs are not by key."
  }
  assert {
    condition     = output.secret_names == { database = "team/database", token = "shop/token" } && jsonencode(output.kms_keys) == jsonencode({ database = "arn:aws:kms:eu-west-1:111111111111:key/1b2c", token = null })
    error_message = "The names or the keys are not by key."
  }
}

run "the_plan_without_one_secret" {
  command = plan

  variables {
    secrets = { token = { description = "Token of the payment provider" } }
  }

  # changes only: ["database"]
  assert {
    condition     = keys(aws_secretsmanager_secret.this) == ["token"]
    error_message = "More, or less, than one secret goes."
  }
}

run "readers_may_read_and_nothing_else" {
  variables {
    secrets = { token = { description = "Token", readers = ["arn:aws:iam::222222222222:root", "arn:aws:iam::111111111111:role/tasks"] } }
  }

  assert {
    condition = jsonencode([
      for statement in jsondecode(aws_secretsmanager_secret_policy.this["token"].policy).Statement : [statement.Effect, statement.Principal.AWS, statement.Action, statement.Resource]
    ]) == jsonencode([["Allow", ["arn:aws:iam::111111111111:role/tasks", "arn:aws:iam::222222222222:root"], ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], aws_secretsmanager_secret.this["token"].arn]])
    error_message = "A reader may do more, or less, than read the secret."
  }
  assert {
    condition     = aws_secretsmanager_secret_policy.this["token"].block_public_policy && aws_secretsmanager_secret_policy.this["token"].secret_arn == aws_secretsmanager_secret.this["token"].arn
    error_message = "The policy could let everyone in, or is another secret's."
  }
}

run "a_rotation_waits_for_its_first_day" {
  command = plan

  variables {
    secrets = { token = { description = "Token", rotation = { lambda_arn = "arn:aws:lambda:eu-west-1:111111111111:function:rotate", days = 90 } } }
  }

  assert {
    condition = (
      aws_secretsmanager_secret_rotation.this["token"].rotation_lambda_arn == "arn:aws:lambda:eu-west-1:111111111111:function:rotate" &&
      aws_secretsmanager_secret_rotation.this["token"].rotation_rules[0].automatically_after_days == 90 && !aws_secretsmanager_secret_rotation.this["token"].rotate_immediately
    )
    error_message = "The secret rotates at another time, or by another function, than was said."
  }
}
