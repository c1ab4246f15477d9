# What AWS would answer about security groups, endpoints, buckets, keys and secrets. Ids of what there are several of stay random,
# so that a test sees which of them is meant.

mock_data "aws_partition" {
  defaults = {
    partition  = "aws"
    dns_suffix = "amazonaws.com"
  }
}

mock_data "aws_security_group" {
  defaults = {
    vpc_id = "vpc-0a1b2c3d4e5f60718"
    arn    = "arn:aws:ec2:eu-west-1:111111111111:security-group/sg-0f0e0d0c0b0a09080"
  }
}

mock_resource "aws_vpc_endpoint" {
  defaults = {
    arn            = "arn:aws:ec2:eu-west-1:111111111111:vpc-endpoint/vpce-0a1b2c3d4e5f60718"
    prefix_list_id = "pl-0a1b2c3d4e5f60718"
    dns_entry      = [{ dns_name = "vpce-0a1b2c3d4e5f60718-made.vpce.amazonaws.com", hosted_zone_id = "Z1" }]
  }
}

mock_data "aws_vpc_endpoint" {
  defaults = {
    vpc_id            = "vpc-0a1b2c3d4e5f60718"
    service_name      = "com.amazonaws.eu-west-1.logs"
    vpc_endpoint_type = "Interface"
    arn               = "arn:aws:ec2:eu-west-1:111111111111:vpc-endpoint/vpce-0f0e0d0c0b0a09080"
    prefix_list_id    = "pl-0f0e0d0c0b0a09080"
    dns_entry         = [{ dns_name = "vpce-0f0e0d0c0b0a09080-found.vpce.amazonaws.com", hosted_zone_id = "Z1" }]
  }
}

mock_resource "aws_s3_bucket" {
  defaults = {
    arn = "arn:aws:s3:::made"
  }
}

mock_data "aws_s3_bucket" {
  defaults = {
    arn = "arn:aws:s3:::found"
  }
}

mock_resource "aws_kms_key" {
  defaults = {
    arn    = "arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555"
    key_id = "11111111-2222-3333-4444-555555555555"
  }
}

mock_data "aws_kms_key" {
  defaults = {
    arn       = "arn:aws:kms:eu-west-1:111111111111:key/99999999-8888-7777-6666-555555555555"
    key_usage = "ENCRYPT_DECRYPT"
    enabled   = true
  }
}

mock_resource "aws_secretsmanager_secret" {
  defaults = {
    arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:made-AbCdEf"
  }
}

mock_data "aws_secretsmanager_secret" {
  defaults = {
    arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:found-AbCdEf"
  }
}
