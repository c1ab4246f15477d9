mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name     = "shop"
  username = "shop_app"
  database = {
    engine     = "mysql"
    address    = "shop.abc.eu-west-1.rds.amazonaws.com"
    port       = 3306
    name       = "shop"
    secret_arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:rds!db-1-AbCdEf"
  }
  cluster_arn        = "arn:aws:ecs:eu-west-1:111111111111:cluster/shop"
  subnet_ids         = { eu-west-1a = "subnet-a" }
  security_group_ids = ["sg-web"]
  execution_role_arn = "arn:aws:iam::111111111111:role/shop-database-user"
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "missing_secret" {
  command = plan
  variables {
    mode = "reuse"
  }
  # says: existing lacks: secret
  expect_failures = [var.existing]
}

run "surplus" {
  command = plan
  variables {
    existing = { secret = "a" }
  }
  # says: mode is create and existing has unused keys: secret
  expect_failures = [var.existing]
}

run "bad_name" {
  command = plan
  variables {
    name = "shop/x"
  }
  # says: not shop/x
  expect_failures = [var.name]
}

run "secret_name_that_an_arn_would_confuse" {
  command = plan
  variables {
    secret = { name = "shop-secret" }
  }
  # says: not shop-secret
  expect_failures = [var.name]
}

run "bad_username" {
  command = plan
  variables {
    username = "Shop'"
  }
  # says: not Shop'
  expect_failures = [var.username]
}

run "no_database" {
  command = plan
  variables {
    database = null
  }
  # says: database names the database in which the user is created
  expect_failures = [var.database]
}

run "unknown_engine" {
  command = plan
  variables {
    database = {
      engine     = "oracle"
      address    = "a"
      port       = 1
      name       = "shop"
      secret_arn = "arn"
    }
  }
  # says: mysql, mariadb or postgres, not oracle
  expect_failures = [var.database]
}

run "bad_database_name" {
  command = plan
  variables {
    database = {
      engine     = "mysql"
      address    = "a"
      port       = 1
      name       = "a`b"
      secret_arn = "arn"
    }
  }
  # says: not a`b
  expect_failures = [var.database]
}

run "bad_cluster" {
  command = plan
  variables {
    cluster_arn = "shop"
  }
  # says: not shop
  expect_failures = [var.cluster_arn]
}

run "no_subnet" {
  command = plan
  variables {
    subnet_ids = {}
  }
  # says: subnet_ids names at least one subnet
  expect_failures = [var.subnet_ids]
}

run "no_security_group" {
  command = plan
  variables {
    security_group_ids = []
  }
  # says: security_group_ids names at least one group
  expect_failures = [var.security_group_ids]
}

run "no_role" {
  command = plan
  variables {
    execution_role_arn = null
  }
  # says: not missing
  expect_failures = [var.execution_role_arn]
}

run "unknown_launch_type" {
  command = plan
  variables {
    launch_type = "EXTERNAL"
  }
  # says: FARGATE or EC2, not EXTERNAL
  expect_failures = [var.launch_type]
}

run "unknown_architecture" {
  command = plan
  variables {
    architecture = "mips"
  }
  # says: not mips
  expect_failures = [var.architecture]
}

run "too_short_a_recovery" {
  command = plan
  variables {
    secret = { recovery_days = 3 }
  }
  # says: not 3
  expect_failures = [var.secret]
}

run "odd_retention" {
  command = plan
  variables {
    logs = { retention_days = 2 }
  }
  # says: not 2
  expect_failures = [var.logs]
}
