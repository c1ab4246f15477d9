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

# What ACM asks for is told for names of these domains only: a test of other names overrides it.
mock_resource "aws_acm_certificate" {
  defaults = {
    arn = "arn:aws:acm:eu-west-1:111111111111:certificate/11111111-2222-3333-4444-555555555555"
    domain_validation_options = [
      for domain, proven in {
        "example.org"             = "example.org", "*.example.org" = "example.org",
        "www.example.org"         = "www.example.org", "*.www.example.org" = "www.example.org",
        "shop.example.org"        = "shop.example.org", "*.shop.example.org" = "shop.example.org",
        "www.shop.example.org"    = "www.shop.example.org", "*.www.shop.example.org" = "www.shop.example.org",
        "blog.example.org"        = "blog.example.org", "*.blog.example.org" = "blog.example.org",
        "origin.blog.example.org" = "origin.blog.example.org",
        "www.blog.example.org"    = "www.blog.example.org", "*.www.blog.example.org" = "www.blog.example.org",
        "staging.example.org"     = "staging.example.org", "*.staging.example.org" = "staging.example.org",
        "production.example.org"  = "production.example.org", "*.production.example.org" = "production.example.org",
        "example.com"             = "example.com", "*.example.com" = "example.com",
        "www.example.com"         = "www.example.com", "*.www.example.com" = "www.example.com",
        "shop.example.com"        = "shop.example.com", "*.shop.example.com" = "shop.example.com",
        "www.shop.example.com"    = "www.shop.example.com", "*.www.shop.example.com" = "www.shop.example.com",
        "blog.example.com"        = "blog.example.com", "*.blog.example.com" = "blog.example.com",
        "www.blog.example.com"    = "www.blog.example.com", "*.www.blog.example.com" = "www.blog.example.com",
        "staging.example.com"     = "staging.example.com", "*.staging.example.com" = "staging.example.com",
        "production.example.com"  = "production.example.com", "*.production.example.com" = "production.example.com",
        } : {
        domain_name           = domain
        resource_record_name  = "_proof.${proven}."
        resource_record_type  = "CNAME"
        resource_record_value = "_value.${proven}."
      }
    ]
  }
}

mock_resource "aws_acm_certificate_validation" {
  defaults = {}
}

mock_data "aws_acm_certificate" {
  defaults = {
    arn = "arn:aws:acm:eu-west-1:111111111111:certificate/99999999-8888-7777-6666-555555555555"
  }
}

mock_resource "aws_route53_zone" {
  defaults = {
    arn          = "arn:aws:route53:::hostedzone/Z0A1B2C3D4E5F6"
    zone_id      = "Z0A1B2C3D4E5F6"
    name_servers = ["ns-2.awsdns-02.com", "ns-1.awsdns-01.org"]
  }
}

mock_data "aws_route53_zone" {
  defaults = {
    arn          = "arn:aws:route53:::hostedzone/Z0F0E0D0C0B0A0"
    name         = "example.org"
    private_zone = false
    name_servers = ["ns-9.awsdns-09.co.uk", "ns-8.awsdns-08.net"]
  }
}

mock_resource "aws_sns_topic" {
  defaults = {
    arn = "arn:aws:sns:eu-west-1:111111111111:made"
  }
}

mock_data "aws_sns_topic" {
  defaults = {
    arn = "arn:aws:sns:eu-west-1:111111111111:found"
  }
}

mock_resource "aws_cloudwatch_metric_alarm" {
  defaults = {
    arn = "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:made"
  }
}

mock_resource "aws_cloudwatch_composite_alarm" {
  defaults = {
    arn = "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:made-of-alarms"
  }
}

mock_data "aws_cloudwatch_log_group" {
  defaults = {
    arn               = "arn:aws:logs:eu-west-1:111111111111:log-group:found"
    retention_in_days = 30
  }
}

mock_resource "aws_cloudfront_distribution" {
  defaults = {
    arn            = "arn:aws:cloudfront::111111111111:distribution/EMADE"
    domain_name    = "d111111abcdef8.cloudfront.net"
    hosted_zone_id = "Z2FDTNDATAQYW2"
  }
}

mock_data "aws_cloudfront_distribution" {
  defaults = {
    arn            = "arn:aws:cloudfront::111111111111:distribution/EFOUND"
    domain_name    = "d999999abcdef8.cloudfront.net"
    hosted_zone_id = "Z2FDTNDATAQYW2"
    aliases        = ["shop.example.org", "www.shop.example.org"]
    enabled        = true
  }
}
