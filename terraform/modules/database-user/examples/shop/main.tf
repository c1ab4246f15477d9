# A service whose tasks sign in to their database with their own user.
provider "aws" {
  region = "eu-west-1"
}

locals {
  vpc_id     = "vpc-0a1b2c3d4e5f60718"
  subnet_ids = { eu-west-1a = "subnet-0a1b2c3d4e5f60718", eu-west-1b = "subnet-0b1b2c3d4e5f60718" }
  tasks      = "sg-0a1b2c3d4e5f60718"
}

module "database" {
  source = "../../../rds"

  name           = "shop-production"
  vpc_id         = local.vpc_id
  subnet_ids     = local.subnet_ids
  clients        = { tasks = { security_group_id = local.tasks } }
  engine         = "postgres"
  engine_version = "17"
  database_name  = "shop"
}

# Nobody but the task that makes the user may read the master's password.
module "roles" {
  source = "../../../iam-roles"

  name = "shop-production"
  roles = {
    database-user = {
      kind  = "task-execution"
      trust = { by = "ecs-tasks" }
      may = {
        secrets    = [module.database.secret_arn, module.database_user.secret_arn]
        log_groups = ["arn:aws:logs:eu-west-1:111111111111:log-group:${module.database_user.log_group_name}"]
      }
    }
  }
}

module "database_user" {
  source = "../.."

  name     = "shop-production"
  username = "shop"
  database = {
    engine     = "postgres"
    address    = module.database.address
    port       = module.database.port
    name       = module.database.database_name
    secret_arn = module.database.secret_arn
  }
  cluster_arn        = "arn:aws:ecs:eu-west-1:111111111111:cluster/shop"
  subnet_ids         = local.subnet_ids
  security_group_ids = [local.tasks]
  execution_role_arn = module.roles.role_arns["database-user"]
}

# What `node runner apply` makes: `database-users: { output: database_users }` in automation-stack.yml.
output "database_users" {
  description = "Users of databases by name, and the services that read their secrets."
  value       = { shop = merge(module.database_user.user, { services = ["shop-production"] }) }
}
