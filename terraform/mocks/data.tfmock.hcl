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

mock_resource "aws_efs_file_system" {
  defaults = {
    arn      = "arn:aws:elasticfilesystem:eu-west-1:111111111111:file-system/fs-0a1b2c3d4e5f60718"
    dns_name = "fs-0a1b2c3d4e5f60718.efs.eu-west-1.amazonaws.com"
  }
}

mock_data "aws_efs_file_system" {
  defaults = {
    arn       = "arn:aws:elasticfilesystem:eu-west-1:111111111111:file-system/fs-0f0e0d0c0b0a09080"
    dns_name  = "fs-0f0e0d0c0b0a09080.efs.eu-west-1.amazonaws.com"
    encrypted = true
  }
}

mock_resource "aws_efs_access_point" {
  defaults = {
    arn = "arn:aws:elasticfilesystem:eu-west-1:111111111111:access-point/fsap-0a1b2c3d4e5f60718"
  }
}

mock_data "aws_efs_access_point" {
  defaults = {
    file_system_id = "fs-0f0e0d0c0b0a09080"
    arn            = "arn:aws:elasticfilesystem:eu-west-1:111111111111:access-point/fsap-0f0e0d0c0b0a09080"
  }
}

mock_data "aws_efs_mount_target" {
  defaults = {
    file_system_id  = "fs-0f0e0d0c0b0a09080"
    subnet_id       = "subnet-0000000000000000a"
    security_groups = ["sg-0f0e0d0c0b0a09080"]
  }
}
