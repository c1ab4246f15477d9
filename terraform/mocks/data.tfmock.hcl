# What AWS would answer about databases, file systems, certificates, names, distributions and alarms.

mock_resource "aws_db_instance" {
  defaults = {
    arn                = "arn:aws:rds:eu-west-1:111111111111:db:made"
    address            = "made.c1.eu-west-1.rds.amazonaws.com"
    master_user_secret = [{ secret_arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:rds!db-made-AbCdEf", secret_status = "active", kms_key_id = "" }]
  }
}

mock_data "aws_db_instance" {
  defaults = {
    db_instance_arn     = "arn:aws:rds:eu-west-1:111111111111:db:found"
    address             = "found.c1.eu-west-1.rds.amazonaws.com"
    port                = 5432
    engine              = "postgres"
    db_name             = "found"
    master_username     = "foundadmin"
    db_subnet_group     = "found"
    vpc_security_groups = ["sg-0f0e0d0c0b0a09080"]
    master_user_secret  = [{ secret_arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:rds!db-found-AbCdEf", secret_status = "active", kms_key_id = "" }]
  }
}

mock_data "aws_db_subnet_group" {
  defaults = {
    vpc_id = "vpc-0a1b2c3d4e5f60718"
  }
}
