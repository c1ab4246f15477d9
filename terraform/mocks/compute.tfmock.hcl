# Roles, instances and images, as AWS would answer for them.

mock_resource "aws_iam_instance_profile" {
  defaults = {
    arn = "arn:aws:iam::111111111111:instance-profile/made"
  }
}

mock_resource "aws_iam_policy" {
  defaults = {
    arn = "arn:aws:iam::111111111111:policy/made"
  }
}

# Trusted by whatever may be asked: a test that wants another says so.
mock_data "aws_iam_role" {
  defaults = {
    arn                = "arn:aws:iam::111111111111:role/found"
    assume_role_policy = "{\"Statement\":[{\"Action\":\"sts:AssumeRole\",\"Principal\":{\"Service\":[\"ec2.amazonaws.com\",\"ecs-tasks.amazonaws.com\"]}}]}"
  }
}

mock_data "aws_iam_instance_profile" {
  defaults = {
    arn       = "arn:aws:iam::111111111111:instance-profile/found"
    role_name = "found"
  }
}

mock_data "aws_launch_template" {
  defaults = {
    arn            = "arn:aws:ec2:eu-west-1:111111111111:launch-template/lt-0f0e0d0c0b0a09080"
    latest_version = 7
  }
}

# Instances keep random ids: a test that compares ids before and after a change sees what was replaced.
mock_resource "aws_instance" {
  defaults = {
    private_ip = "10.20.1.10"
    public_ip  = "203.0.113.10"
  }
}

mock_data "aws_instance" {
  defaults = {
    subnet_id         = "subnet-0000000000000001a"
    availability_zone = "eu-west-1a"
    private_ip        = "10.20.1.20"
    public_ip         = "203.0.113.20"
  }
}

mock_resource "aws_eip" {
  defaults = {
    public_ip = "203.0.113.30"
  }
}

mock_data "aws_ebs_volume" {
  defaults = {
    volume_id         = "vol-0f0e0d0c0b0a09080"
    availability_zone = "eu-west-1a"
  }
}
