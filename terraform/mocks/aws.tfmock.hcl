# What AWS would answer, for the modules' tests: values of the right form where Terraform's own mocks are random text, so that
# the real provider accepts them too where it stands behind the mock.

mock_resource "aws_ecr_repository" {
  defaults = {
    arn            = "arn:aws:ecr:eu-west-1:111111111111:repository/made"
    registry_id    = "111111111111"
    repository_url = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/made"
  }
}

mock_data "aws_ecr_repository" {
  defaults = {
    arn            = "arn:aws:ecr:eu-west-1:111111111111:repository/found"
    registry_id    = "111111111111"
    repository_url = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/found"
  }
}

mock_data "aws_region" {
  defaults = {
    id   = "eu-west-1"
    name = "eu-west-1"
  }
}

mock_data "aws_caller_identity" {
  defaults = {
    account_id = "111111111111"
  }
}

# Made or found it is one VPC, so that an example may reuse what it has just made. Subnets keep random ids: a test that compares
# ids before and after a change sees what was replaced.
mock_resource "aws_vpc" {
  defaults = {
    id                  = "vpc-0a1b2c3d4e5f60718"
    arn                 = "arn:aws:ec2:eu-west-1:111111111111:vpc/vpc-0a1b2c3d4e5f60718"
    main_route_table_id = "rtb-0a1b2c3d4e5f60718"
  }
}

mock_data "aws_vpc" {
  defaults = {
    id                  = "vpc-0a1b2c3d4e5f60718"
    arn                 = "arn:aws:ec2:eu-west-1:111111111111:vpc/vpc-0a1b2c3d4e5f60718"
    cidr_block          = "10.20.0.0/16"
    main_route_table_id = "rtb-0a1b2c3d4e5f60718"
  }
}

mock_data "aws_subnet" {
  defaults = {
    vpc_id            = "vpc-0a1b2c3d4e5f60718"
    availability_zone = "eu-west-1a"
    cidr_block        = "10.20.1.0/24"
  }
}

mock_data "aws_route_tables" {
  defaults = {
    ids = ["rtb-0f0e0d0c0b0a09080"]
  }
}

mock_data "aws_nat_gateways" {
  defaults = {
    ids = ["nat-0f0e0d0c0b0a09080"]
  }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = {
    arn = "arn:aws:logs:eu-west-1:111111111111:log-group:made"
  }
}

mock_resource "aws_iam_role" {
  defaults = {
    arn = "arn:aws:iam::111111111111:role/made"
  }
}
