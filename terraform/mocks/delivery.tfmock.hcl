# What AWS would answer about load balancers, target groups, clusters and services.

mock_resource "aws_lb" {
  defaults = {
    id         = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/made/0a1b2c3d4e5f6071"
    arn        = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/made/0a1b2c3d4e5f6071"
    arn_suffix = "app/made/0a1b2c3d4e5f6071"
    dns_name   = "made-1234567890.eu-west-1.elb.amazonaws.com"
    zone_id    = "Z32O12XQLNTSW2"
  }
}

# Made or found it is one load balancer, so that an example may reuse what it has just made.
mock_data "aws_lb" {
  defaults = {
    name               = "made"
    arn_suffix         = "app/made/0a1b2c3d4e5f6071"
    dns_name           = "made-1234567890.eu-west-1.elb.amazonaws.com"
    zone_id            = "Z32O12XQLNTSW2"
    load_balancer_type = "application"
  }
}

mock_resource "aws_lb_listener" {
  defaults = {
    id  = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
    arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
  }
}

mock_data "aws_lb_listener" {
  defaults = {
    load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/made/0a1b2c3d4e5f6071"
    port              = 443
    protocol          = "HTTPS"
  }
}

mock_resource "aws_lb_target_group" {
  defaults = {
    id         = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/made/0a1b2c3d4e5f6071"
    arn        = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/made/0a1b2c3d4e5f6071"
    arn_suffix = "targetgroup/made/0a1b2c3d4e5f6071"
  }
}

mock_data "aws_lb_target_group" {
  defaults = {
    name        = "made"
    arn_suffix  = "targetgroup/made/0a1b2c3d4e5f6071"
    vpc_id      = "vpc-0a1b2c3d4e5f60718"
    protocol    = "HTTP"
    target_type = "ip"
  }
}

mock_resource "aws_lb_listener_rule" {
  defaults = {
    id  = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081/2a3b4c5d6e7f8091"
    arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081/2a3b4c5d6e7f8091"
  }
}

mock_resource "aws_ecs_cluster" {
  defaults = {
    id  = "arn:aws:ecs:eu-west-1:111111111111:cluster/made"
    arn = "arn:aws:ecs:eu-west-1:111111111111:cluster/made"
  }
}

mock_data "aws_ecs_cluster" {
  defaults = {
    arn    = "arn:aws:ecs:eu-west-1:111111111111:cluster/found"
    status = "ACTIVE"
  }
}

mock_resource "aws_ecs_capacity_provider" {
  defaults = {
    arn = "arn:aws:ecs:eu-west-1:111111111111:capacity-provider/made"
  }
}

mock_resource "aws_service_discovery_http_namespace" {
  defaults = {
    id  = "ns-0a1b2c3d4e5f6071"
    arn = "arn:aws:servicediscovery:eu-west-1:111111111111:namespace/ns-0a1b2c3d4e5f6071"
  }
}

mock_data "aws_service_discovery_http_namespace" {
  defaults = {
    id  = "ns-0f0e0d0c0b0a0908"
    arn = "arn:aws:servicediscovery:eu-west-1:111111111111:namespace/ns-0f0e0d0c0b0a0908"
  }
}

mock_resource "aws_launch_template" {
  defaults = {
    id             = "lt-0a1b2c3d4e5f60718"
    arn            = "arn:aws:ec2:eu-west-1:111111111111:launch-template/lt-0a1b2c3d4e5f60718"
    latest_version = 1
  }
}

mock_resource "aws_autoscaling_group" {
  defaults = {
    arn = "arn:aws:autoscaling:eu-west-1:111111111111:autoScalingGroup:0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9:autoScalingGroupName/made"
  }
}

mock_data "aws_autoscaling_group" {
  defaults = {
    arn = "arn:aws:autoscaling:eu-west-1:111111111111:autoScalingGroup:0f0e0d0c-4e5f-6071-8293-a4b5c6d7e8f9:autoScalingGroupName/found"
    tag = [{ key = "AmazonECSManaged", value = "true", propagate_at_launch = true }]
  }
}

# What public parameters hold that name an image.
mock_data "aws_ssm_parameter" {
  defaults = {
    type           = "String"
    value          = "ami-0a1b2c3d4e5f60718"
    insecure_value = "ami-0a1b2c3d4e5f60718"
  }
}

mock_resource "aws_ecs_task_definition" {
  defaults = {
    arn                  = "arn:aws:ecs:eu-west-1:111111111111:task-definition/made:1"
    arn_without_revision = "arn:aws:ecs:eu-west-1:111111111111:task-definition/made"
    revision             = 1
  }
}

mock_resource "aws_ecs_service" {
  defaults = {
    id = "arn:aws:ecs:eu-west-1:111111111111:service/made/made"
  }
}

mock_data "aws_ecs_service" {
  defaults = {
    arn                 = "arn:aws:ecs:eu-west-1:111111111111:service/made/found"
    task_definition     = "arn:aws:ecs:eu-west-1:111111111111:task-definition/found:7"
    scheduling_strategy = "REPLICA"
  }
}
