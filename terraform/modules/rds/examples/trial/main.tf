# The cheapest private and encrypted database, for a temporary deployment. Each setting that protects less is explicit.
provider "aws" {
  region = "eu-west-1"
}

module "rds" {
  source = "../.."

  name                 = "trial"
  vpc_id               = "vpc-0a1b2c3d4e5f60718"
  subnet_ids           = { a = "subnet-0000000000000000a", b = "subnet-0000000000000000b" }
  clients              = { web = { security_group_id = "sg-0000000000000000a" } }
  engine               = "mariadb"
  engine_version       = "11.4"
  instance_class       = "db.t4g.micro"
  database_name        = "trial"
  storage              = { max_gib = 0 }
  multi_az             = false
  deletion_protection  = false
  final_snapshot       = false
  backup               = { days = 1 }
  performance_insights = { enabled = false }
  enhanced_monitoring  = { seconds = 0 }
  logs                 = { retention_days = 7 }
}

output "address" {
  description = "Where the application connects."
  value       = module.rds.address
}
