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
