mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name               = "shop-staging"
  application        = "shop"
  security_group_ids = ["sg-0a1b2c3d4e5f60718"]
  instances = {
    a = { subnet_id = "subnet-0000000000000001a", groups = ["web", "staging"] }
    b = { subnet_id = "subnet-0000000000000001b", groups = ["web"], public_address = true, fixed_address = true }
    c = { subnet_id = "subnet-0000000000000001c" }
  }
  autoscaling = { subnet_ids = { a = "subnet-0000000000000001a" }, min = 1, max = 3, cpu_percent = 60 }
  tags        = { team = "shop" }
}

run "defaults_are_safe" {
  command = plan

  assert {
    condition     = aws_launch_template.this["main"].metadata_options[0].http_tokens == "required" && aws_launch_template.this["main"].metadata_options[0].http_put_response_hop_limit == 1
    error_message = "The metadata service answers without a token, or beyond the instance."
  }
  assert {
    condition = alltrue([
      for mapping in aws_launch_template.this["main"].block_device_mappings : mapping.ebs[0].encrypted == "true" && mapping.ebs[0].volume_type == "gp3"
    ]) && length(aws_launch_template.this["main"].block_device_mappings) == 1
    error_message = "A disk is not encrypted."
  }
  assert {
    condition     = keys(aws_eip.this) == ["b"]
    error_message = "An instance can be reached from the internet though nobody asked for it."
  }
  assert {
    condition     = alltrue([for instance in aws_instance.this : instance.vpc_security_group_ids == toset(["sg-0a1b2c3d4e5f60718"])]) && aws_launch_template.this["main"].monitoring[0].enabled
    error_message = "Instances are not watched every minute, or have another security group."
  }
}

run "images_are_looked_up" {
  command = plan

  assert {
    condition     = data.aws_ssm_parameter.image["main"].name == "/aws/service/debian/release/12/latest/amd64" && aws_launch_template.this["main"].image_id == "ami-0a1b2c3d4e5f60718"
    error_message = "Not the newest Debian 12: ${data.aws_ssm_parameter.image["main"].name}."
  }
  assert {
    condition     = aws_launch_template.this["main"].block_device_mappings[0].device_name == "/dev/xvda" && output.user == "admin"
    error_message = "The root disk or the user is not that of Debian."
  }
  assert {
    condition     = aws_launch_template.this["main"].block_device_mappings[0].ebs[0].volume_size == 20
    error_message = "The root disk has another size than the README says."
  }
}

run "a_disk_is_not_smaller_than_its_image" {
  command = plan

  variables {
    image = { os = "ecs-optimised" }
  }

  assert {
    condition     = aws_launch_template.this["main"].block_device_mappings[0].ebs[0].volume_size == 30
    error_message = "EC2 would refuse to start the ECS-optimised image."
  }
}

run "images_of_another_system_and_architecture" {
  command = plan

  variables {
    image         = { os = "ubuntu-24.04", architecture = "arm64" }
    instance_type = "m7gd.large"
  }

  assert {
    condition     = data.aws_ssm_parameter.image["main"].name == "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id"
    error_message = "Not the newest Ubuntu for arm64: ${data.aws_ssm_parameter.image["main"].name}."
  }
  assert {
    condition     = aws_launch_template.this["main"].block_device_mappings[0].device_name == "/dev/sda1" && output.user == "ubuntu"
    error_message = "The root disk or the user is not that of Ubuntu."
  }
}

run "an_image_of_ones_own" {
  command = plan

  variables {
    image = { os = "amazon-linux-2023", ami_id = "ami-0f0e0d0c0b0a09080" }
  }

  assert {
    condition     = aws_launch_template.this["main"].image_id == "ami-0f0e0d0c0b0a09080" && length(data.aws_ssm_parameter.image) == 0
    error_message = "Instances start from another image than the one that was given."
  }
  assert {
    condition     = output.user == "ec2-user"
    error_message = "The user is not that of the image's system."
  }
}

run "deliveries_find_instances_by_their_tags" {
  command = plan

  assert {
    condition = alltrue([
      for specification in aws_launch_template.this["main"].tag_specifications :
      specification.tags == tomap({ Name = "shop-staging", application = "shop", build-version = "none", team = "shop" })
    ]) && toset(aws_launch_template.this["main"].tag_specifications[*].resource_type) == toset(["instance", "volume"])
    error_message = "What is started from the template cannot be found by application and build version."
  }
  assert {
    condition     = aws_instance.this["a"].tags == tomap({ Name = "shop-staging-a", application = "shop", build-version = "none", groups = "staging web", team = "shop" })
    error_message = "A named instance cannot be found by application, build version and groups."
  }
}

run "hosts_are_as_the_inventory_takes_them" {
  assert {
    condition = jsonencode(output.hosts["shop-staging-a"]) == jsonencode({
      address = "10.20.1.10", groups = ["staging", "web"], instance_id = aws_instance.this["a"].id, port = 22, private_address = "10.20.1.10", user = "admin"
    })
    error_message = "A private host is not as the inventory takes it: ${jsonencode(output.hosts["shop-staging-a"])}."
  }
  assert {
    condition     = output.hosts["shop-staging-b"].address == "203.0.113.30" && output.hosts["shop-staging-b"].private_address == "10.20.1.10"
    error_message = "A public host is not reached by its public address."
  }
  assert {
    condition     = output.instance_ids["c"] == aws_instance.this["c"].id && output.launch_template_id == "lt-0a1b2c3d4e5f60718" && output.launch_template_version == tostring(aws_launch_template.this["main"].latest_version)
    error_message = "The outputs are not of what was made."
  }
  assert {
    condition     = output.autoscaling_group_name == "shop-staging"
    error_message = "The outputs do not name the group."
  }
}

run "named_instances_are_started_from_a_template_of_theirs" {
  state_key = "templates"

  override_resource {
    target = aws_launch_template.this["named"]
    values = { id = "lt-0b0b0b0b0b0b0b0b0" }
  }

  assert {
    condition     = alltrue([for instance in aws_instance.this : instance.launch_template[0].id == "lt-0b0b0b0b0b0b0b0b0"])
    error_message = "A named instance is started from the template of the group."
  }
  assert {
    condition = length(distinct([
      for template in aws_launch_template.this : jsonencode([
        template.image_id, template.instance_type, template.metadata_options[0].http_tokens, [for disk in template.block_device_mappings : [disk.device_name, disk.ebs[0].encrypted]]
      ])
    ])) == 1
    error_message = "Named instances are not like those that are started otherwise."
  }
  assert {
    condition     = aws_eip.this["b"].instance == aws_instance.this["b"].id
    error_message = "The public address is another instance's."
  }
}

# EC2 answers InvalidParameterCombination: the provider puts subnet, groups and addresses of an instance into a network interface, and
# "network interfaces and an instance-level security groups may not be specified on the same request".
run "groups_of_the_template_do_not_meet_the_interface_of_a_named_instance" {
  command = plan

  variables {
    instances = {
      public = { subnet_id = "subnet-0000000000000001a", public_address = true }
      chosen = { subnet_id = "subnet-0000000000000001a", private_ip = "10.20.1.77" }
    }
  }

  assert {
    condition     = aws_launch_template.this["named"].vpc_security_group_ids == null && aws_launch_template.this["named"].security_group_names == null && length(aws_launch_template.this["named"].network_interfaces) == 0
    error_message = "EC2 refuses to start a named instance."
  }
  assert {
    condition     = alltrue([for instance in aws_instance.this : instance.vpc_security_group_ids == toset(["sg-0a1b2c3d4e5f60718"])])
    error_message = "A named instance is in the default group of its VPC."
  }
  assert {
    condition     = aws_launch_template.this["main"].vpc_security_group_ids == toset(["sg-0a1b2c3d4e5f60718"])
    error_message = "What the group or a delivery starts is in the default group of its VPC."
  }
}

run "monitoring_is_said_to_the_instance_too" {
  command = plan

  assert {
    condition     = alltrue([for instance in aws_instance.this : instance.monitoring])
    error_message = "The provider turns detailed monitoring off where the instance does not say it."
  }
}

run "a_t2_is_not_ebs_optimized" {
  command = plan

  variables {
    instance_type = "t2.micro"
  }

  assert {
    condition     = aws_launch_template.this["main"].ebs_optimized == null
    error_message = "EC2 refuses EBS optimization for t2."
  }
}

run "a_public_address_without_an_elastic_ip" {
  command = plan

  variables {
    instances = { edge = { subnet_id = "subnet-0000000000000001a", groups = ["web"], public_address = true } }
  }

  assert {
    condition     = aws_instance.this["edge"].associate_public_ip_address && length(aws_eip.this) == 0
    error_message = "The instance gets no public address, or an Elastic IP that nobody asked for."
  }
}

run "a_subnet_that_gives_public_addresses_is_refused" {
  command = plan

  override_data {
    target = data.aws_subnet.this["autoscaling/a"]
    values = { map_public_ip_on_launch = true }
  }

  expect_failures = [data.aws_subnet.this["autoscaling/a"]]
}

run "neither_a_new_image_nor_a_delivery_replaces_an_instance" {
  command = plan

  variables {
    image         = { ami_id = "ami-0f0e0d0c0b0a09080" }
    user_data     = "#!/bin/sh\necho another"
    build_version = "1.4.0"
    autoscaling   = { subnet_ids = { a = "subnet-0000000000000001a" }, min = 1, max = 3, desired = 2, cpu_percent = 60 }
  }

  # changes only: ["main"] ["named"]
  assert {
    condition     = aws_launch_template.this["main"].image_id == "ami-0f0e0d0c0b0a09080"
    error_message = "What is started next has the old image."
  }
  assert {
    condition     = aws_autoscaling_group.this["main"].desired_capacity != 2
    error_message = "Terraform takes the number of instances back from the rules."
  }
}

run "the_middle_instance_goes_alone" {
  command = plan

  variables {
    instances = {
      a = { subnet_id = "subnet-0000000000000001a", groups = ["web", "staging"] }
      c = { subnet_id = "subnet-0000000000000001c" }
    }
  }

  # changes only: ["b"]
  assert {
    condition     = keys(output.hosts) == ["shop-staging-a", "shop-staging-c"]
    error_message = "Hosts: ${join(", ", keys(output.hosts))}."
  }
}

# An apply finds a newer image of Debian, and a blank machine runs: EC2 calls it healthy.
run "a_newer_image_of_a_publisher_replaces_nothing_by_itself" {
  command = plan

  assert {
    condition     = length(aws_autoscaling_group.this["main"].instance_refresh) == 0 && aws_autoscaling_group.this["main"].max_instance_lifetime == null
    error_message = "The application is replaced by blank machines."
  }
  assert {
    condition     = aws_autoscaling_group.this["main"].health_check_type == "EC2"
    error_message = "The group asks a load balancer that it is not behind."
  }
}

run "a_group_behind_target_groups_asks_them" {
  command = plan

  variables {
    autoscaling = { subnet_ids = { a = "subnet-0000000000000001a" }, min = 1, max = 3, target_group_arns = ["arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/shop/0a1b2c3d4e5f6071"] }
  }

  assert {
    condition     = aws_autoscaling_group.this["main"].health_check_type == "ELB"
    error_message = "What does not answer stays in service, since its machine runs."
  }
}

run "a_group_follows_its_load" {
  variables {
    image = { parameter = "/shop/images/web" }
    autoscaling = {
      subnet_ids        = { a = "subnet-0000000000000001a", b = "subnet-0000000000000001b" }
      min               = 2
      max               = 6
      refresh           = true
      target_group_arns = ["arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/shop/0a1b2c3d4e5f6071"]
      cpu_percent       = 60
      requests          = { per_target = 600, load_balancer_arn_suffix = "app/shop/0a", target_group_arn_suffix = "targetgroup/shop/0b" }
    }
  }

  assert {
    condition     = aws_autoscaling_policy.this["requests"].target_tracking_configuration[0].predefined_metric_specification[0].resource_label == "app/shop/0a/targetgroup/shop/0b"
    error_message = "Requests are not counted at the target group."
  }
  assert {
    condition     = aws_autoscaling_policy.this["cpu"].target_tracking_configuration[0].target_value == 60 && aws_autoscaling_policy.this["cpu"].target_tracking_configuration[0].predefined_metric_specification[0].predefined_metric_type == "ASGAverageCPUUtilization"
    error_message = "The group does not hold its CPU at what was said."
  }
  assert {
    condition     = aws_autoscaling_group.this["main"].health_check_type == "ELB" && aws_autoscaling_group.this["main"].vpc_zone_identifier == toset(["subnet-0000000000000001a", "subnet-0000000000000001b"])
    error_message = "The group is elsewhere, or keeps what its load balancer calls unhealthy."
  }
  assert {
    condition     = aws_autoscaling_group.this["main"].launch_template[0].version == tostring(aws_launch_template.this["main"].latest_version) && aws_autoscaling_group.this["main"].instance_refresh[0].preferences[0].auto_rollback != true
    error_message = "A refresh does not start, or one that fails would replace with what failed."
  }
}

run "a_template_without_instances" {
  command = plan

  variables {
    instances            = {}
    autoscaling          = null
    launch_template_only = true
    volumes              = { "/dev/sdf" = { size = 50 } }
  }

  assert {
    condition     = length(aws_instance.this) + length(aws_autoscaling_group.this) + length(aws_autoscaling_policy.this) == 0 && length(output.hosts) == 0 && output.autoscaling_group_name == null
    error_message = "Something is started though the delivery does that."
  }
  assert {
    condition     = toset(aws_launch_template.this["main"].block_device_mappings[*].device_name) == toset(["/dev/sdf", "/dev/xvda"])
    error_message = "The template lacks a disk."
  }
}
