mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name     = "shop"
  username = "shop_app"
  tags     = { application = "shop" }
  database = {
    engine     = "mysql"
    address    = "shop.abc.eu-west-1.rds.amazonaws.com"
    port       = 3306
    name       = "shop"
    secret_arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:rds!db-1-AbCdEf"
  }
  cluster_arn        = "arn:aws:ecs:eu-west-1:111111111111:cluster/shop"
  subnet_ids         = { eu-west-1a = "subnet-a", eu-west-1b = "subnet-b" }
  security_group_ids = ["sg-web"]
  execution_role_arn = "arn:aws:iam::111111111111:role/shop-database-user"
}

run "the_secret_is_the_users_own_and_has_no_value" {
  command = plan

  assert {
    condition     = jsonencode([aws_secretsmanager_secret.this["main"].name, aws_secretsmanager_secret.this["main"].recovery_window_in_days]) == jsonencode(["shop/database", 30])
    error_message = "The secret has another name or recovery than was said."
  }
  assert {
    condition     = aws_secretsmanager_secret.this["main"].tags == tomap({ application = "shop" }) && length(data.aws_secretsmanager_secret.this) == 0
    error_message = "The secret lacks its tags, or is looked up though it is made."
  }
}

run "the_task_reads_both_secrets_and_tells_no_value" {
  assert {
    condition = jsonencode([for one in jsondecode(aws_ecs_task_definition.this["main"].container_definitions)[0].secrets : one.name if startswith(one.valueFrom, var.database.secret_arn)]) == jsonencode(["MASTER_PASSWORD", "MASTER_USERNAME"]) && (
      jsonencode([for one in jsondecode(aws_ecs_task_definition.this["main"].container_definitions)[0].secrets : one.name if startswith(one.valueFrom, aws_secretsmanager_secret.this["main"].arn)]) == jsonencode(["USER_NAME", "USER_PASSWORD"])
    )
    error_message = "The task does not read the master and the user from their own secrets."
  }
  assert {
    condition     = jsonencode({ for one in jsondecode(aws_ecs_task_definition.this["main"].container_definitions)[0].environment : one.name => one.value }) == jsonencode({ DATABASE_HOST = "shop.abc.eu-west-1.rds.amazonaws.com", DATABASE_NAME = "shop", DATABASE_PORT = "3306" })
    error_message = "The task has other settings than the database's."
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this["main"].container_definitions)[0].image == "public.ecr.aws/docker/library/mysql:8.4" && jsondecode(aws_ecs_task_definition.this["main"].container_definitions)[0].command == ["sh", "-c", file("./mysql.sh")]
    error_message = "The task does not run the engine's own client."
  }
  assert {
    condition     = aws_ecs_task_definition.this["main"].execution_role_arn == "arn:aws:iam::111111111111:role/shop-database-user" && aws_ecs_task_definition.this["main"].task_role_arn == null
    error_message = "The task has another role than it needs."
  }
}

run "outputs_are_what_the_runner_needs" {
  assert {
    condition     = output.secret_arn == aws_secretsmanager_secret.this["main"].arn && output.log_group_name == "/automation-stack/shop/database-user"
    error_message = "The outputs are not those of what is made."
  }
  assert {
    condition = jsonencode(output.user) == jsonencode({
      assign_public_ip  = false
      capacity_provider = null
      cluster           = "arn:aws:ecs:eu-west-1:111111111111:cluster/shop"
      container         = "database-user"
      execution_role    = "arn:aws:iam::111111111111:role/shop-database-user"
      launch_type       = "FARGATE"
      log_group         = "/automation-stack/shop/database-user"
      secret            = aws_secretsmanager_secret.this["main"].arn
      security_groups   = ["sg-web"]
      subnets           = ["subnet-a", "subnet-b"]
      task_definition   = aws_ecs_task_definition.this["main"].arn
      username          = "shop_app"
    })
    error_message = "The runner is not told what it needs: ${jsonencode(output.user)}."
  }
}

run "postgres_has_its_own_client" {
  command = plan

  variables {
    database = {
      engine     = "postgres"
      address    = "shop.abc.eu-west-1.rds.amazonaws.com"
      port       = 5432
      name       = "shop"
      secret_arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:rds!db-1-AbCdEf"
    }
    capacity_provider = "instances"
    launch_type       = "EC2"
  }

  assert {
    condition     = aws_ecs_task_definition.this["main"].requires_compatibilities == toset(["EC2"])
    error_message = "The task is not for the cluster's instances."
  }
}
