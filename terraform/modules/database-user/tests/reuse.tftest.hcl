mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode     = "reuse"
  name     = "shop"
  username = "shop_app"
  existing = { secret = "shop/database" }
}

run "nothing_is_made_and_the_secret_is_the_existing_one" {
  override_data {
    target = data.aws_secretsmanager_secret.this["main"]
    values = { arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/database-AbCdEf" }
  }

  assert {
    condition     = length(aws_secretsmanager_secret.this) + length(aws_ecs_task_definition.this) + length(aws_cloudwatch_log_group.this) == 0
    error_message = "Something is made though the user is another deployment's."
  }
  assert {
    condition     = output.secret_arn == "arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/database-AbCdEf" && output.user == null && output.log_group_name == null
    error_message = "The outputs are not those of what exists."
  }
}
