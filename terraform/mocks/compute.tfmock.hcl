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
