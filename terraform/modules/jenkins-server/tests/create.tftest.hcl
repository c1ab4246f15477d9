mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                  = "jenkins"
  url                   = "https://jenkins.example.com/"
  subnet_id             = "subnet-0000000000000001a"
  security_group_ids    = ["sg-0a1b2c3d4e5f60718"]
  instance_profile_name = "jenkins-controller"
  tags                  = { team = "platform" }
}

run "what_jenkins_keeps_is_apart_and_safe" {
  assert {
    condition     = aws_ebs_volume.data["main"].encrypted && aws_ebs_volume.data["main"].final_snapshot && aws_ebs_volume.data["main"].type == "gp3" && aws_ebs_volume.data["main"].size == 50
    error_message = "The disk is not encrypted, or leaves no snapshot."
  }
  assert {
    condition     = aws_ebs_volume.data["main"].availability_zone == "eu-west-1a"
    error_message = "The disk is in another zone than the subnet."
  }
  assert {
    condition     = aws_volume_attachment.data["main"].volume_id == aws_ebs_volume.data["main"].id && aws_volume_attachment.data["main"].instance_id == output.instance_id && aws_volume_attachment.data["main"].stop_instance_before_detaching
    error_message = "The disk is not the server's, or is torn away while Jenkins writes."
  }
  assert {
    condition     = aws_ebs_volume.data["main"].tags == tomap({ Name = "jenkins-data", application = "jenkins", team = "platform" })
    error_message = "The disk lacks its tags."
  }
}

run "outputs_are_what_ansible_and_people_need" {
  assert {
    condition = jsonencode(output.hosts) == jsonencode({
      jenkins-controller = { address = "10.20.1.10", groups = ["jenkins"], instance_id = output.instance_id, port = 22, private_address = "10.20.1.10", user = "admin" }
    })
    error_message = "The host is not as the inventory takes it: ${jsonencode(output.hosts)}."
  }
  assert {
    condition     = output.url == "https://jenkins.example.com/" && output.address == "10.20.1.10" && output.private_address == "10.20.1.10" && output.data_volume_id == aws_ebs_volume.data["main"].id
    error_message = "The outputs are not of the server."
  }
}

run "a_broken_server_comes_back" {
  assert {
    condition = jsonencode({ for key, alarm in aws_cloudwatch_metric_alarm.this : key => [alarm.metric_name, alarm.alarm_actions] }) == jsonencode({
      reboot  = ["StatusCheckFailed_Instance", ["arn:aws:automate:eu-west-1:ec2:reboot"]]
      recover = ["StatusCheckFailed_System", ["arn:aws:automate:eu-west-1:ec2:recover"]]
    })
    error_message = "A broken server stays broken."
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.dimensions["InstanceId"] == output.instance_id]) && keys(output.alarm_arns) == ["reboot", "recover"]
    error_message = "The alarms watch another instance."
  }
}

run "nothing_is_public_or_named_unasked" {
  command = plan

  assert {
    condition     = length(aws_route53_record.this) + length(aws_lb_target_group_attachment.this) == 0
    error_message = "The server is in a target group, or has a record, that nobody asked for."
  }
}

run "as_much_as_was_asked_for" {
  variables {
    public_address   = true
    dns              = { zone_id = "Z0123456789ABCDEFGHIJ", name = "jenkins.example.com" }
    target_groups    = { main = { arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/jenkins/0a1b2c3d4e5f6071" } }
    alarm_topic_arns = ["arn:aws:sns:eu-west-1:111111111111:alarms"]
    data_volume      = { size = 200, backup_tags = { backup = "daily" } }
  }

  assert {
    condition     = output.address == "203.0.113.30" && aws_route53_record.this["main"].records == toset(["203.0.113.30"])
    error_message = "The record does not name the server's public address."
  }
  assert {
    condition     = aws_lb_target_group_attachment.this["main"].port == 8080 && aws_lb_target_group_attachment.this["main"].target_id == output.instance_id
    error_message = "The load balancer does not reach Jenkins."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["recover"].alarm_actions == toset(["arn:aws:automate:eu-west-1:ec2:recover", "arn:aws:sns:eu-west-1:111111111111:alarms"])
    error_message = "Nobody hears of a broken server."
  }
  assert {
    condition     = aws_ebs_volume.data["main"].tags["backup"] == "daily"
    error_message = "The disk is not backed up."
  }
}

run "a_disk_begins_with_a_snapshot" {
  state_key = "restored"

  variables {
    data_volume = { snapshot_id = "snap-0a1b2c3d4e5f60718" }
  }

  assert {
    condition     = aws_ebs_volume.data["main"].snapshot_id == "snap-0a1b2c3d4e5f60718"
    error_message = "The disk is empty."
  }
}

run "a_newer_snapshot_throws_nothing_away" {
  command   = plan
  state_key = "restored"

  variables {
    data_volume = { snapshot_id = "snap-0f0e0d0c0b0a09080" }
  }

  assert {
    condition     = aws_ebs_volume.data["main"].snapshot_id == "snap-0a1b2c3d4e5f60718" && output.data_volume_id == run.a_disk_begins_with_a_snapshot.data_volume_id
    error_message = "What Jenkins has written since the disk was made would be lost."
  }
}

# The disk stays where it is: were it replaced, it would be in the zone of the server.
run "a_subnet_of_another_zone_is_refused" {
  command = plan

  variables {
    public_address   = true
    dns              = { zone_id = "Z0123456789ABCDEFGHIJ", name = "jenkins.example.com" }
    target_groups    = { main = { arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/jenkins/0a1b2c3d4e5f6071" } }
    alarm_topic_arns = ["arn:aws:sns:eu-west-1:111111111111:alarms"]
    data_volume      = { size = 200, backup_tags = { backup = "daily" } }
  }

  override_data {
    target = data.aws_subnet.this
    values = { availability_zone = "eu-west-1b" }
  }

  expect_failures = [aws_volume_attachment.data]
}

run "a_new_image_leaves_server_and_disk_alone" {
  command = plan

  variables {
    public_address   = true
    dns              = { zone_id = "Z0123456789ABCDEFGHIJ", name = "jenkins.example.com" }
    target_groups    = { main = { arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/jenkins/0a1b2c3d4e5f6071" } }
    alarm_topic_arns = ["arn:aws:sns:eu-west-1:111111111111:alarms"]
    data_volume      = { size = 200, backup_tags = { backup = "daily" } }
    image            = { ami_id = "ami-0f0e0d0c0b0a09080" }
  }

  # changes only: ["main"] ["named"]
  assert {
    condition     = output.instance_id == run.as_much_as_was_asked_for.instance_id && output.data_volume_id == run.as_much_as_was_asked_for.data_volume_id
    error_message = "The server, or its disk, is replaced."
  }
}
