mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode                  = "reuse"
  name                  = "jenkins"
  url                   = "https://jenkins.example.com/"
  subnet_id             = "subnet-0000000000000001a"
  security_group_ids    = ["sg-0a1b2c3d4e5f60718"]
  instance_profile_name = "jenkins-controller"
  existing = {
    instance        = { id = "i-0a1b2c3d4e5f60718" }
    launch_template = { id = "lt-0f0e0d0c0b0a09080" }
    data_volume     = { id = "vol-0a1b2c3d4e5f60718" }
  }
}

run "nothing_is_made" {
  variables {
    target_groups = { main = { arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/jenkins/0a1b2c3d4e5f6071" } }
    dns           = { zone_id = "Z0123456789ABCDEFGHIJ", name = "jenkins.example.com" }
  }

  assert {
    condition = sum([for made in [
      aws_ebs_volume.data, aws_volume_attachment.data, aws_lb_target_group_attachment.this, aws_route53_record.this, aws_cloudwatch_metric_alarm.this,
    ] : length(made)]) == 0
    error_message = "Something of a server that belongs to others is made or changed."
  }
}

run "outputs_are_those_of_create" {
  assert {
    condition     = output.hosts["jenkins-controller"].address == "10.20.1.20" && output.hosts["jenkins-controller"].groups[0] == "jenkins" && output.hosts["jenkins-controller"].instance_id == output.instance_id
    error_message = "The host is not the existing one: ${jsonencode(output.hosts)}."
  }
  assert {
    condition     = output.url == "https://jenkins.example.com/" && output.address == "10.20.1.20" && output.private_address == "10.20.1.20" && output.data_volume_id == "vol-0f0e0d0c0b0a09080" && output.alarm_arns == {}
    error_message = "The outputs are not of the existing server."
  }
}

run "a_disk_of_another_zone_is_refused" {
  command = plan

  override_data {
    target = data.aws_ebs_volume.data["main"]
    values = { availability_zone = "eu-west-1b" }
  }

  expect_failures = [data.aws_ebs_volume.data["main"]]
}
