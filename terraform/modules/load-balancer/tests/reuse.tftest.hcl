mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode      = "reuse"
  name      = "shop"
  listeners = { https = { port = 443, protocol = "HTTPS" } }
  existing = {
    load_balancer = { arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/made/0a1b2c3d4e5f6071" }
    listeners     = { https = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/0f0e0d0c0b0a0908" }
  }
}

run "nothing_is_made" {
  assert {
    condition     = length(aws_lb.this) + length(aws_lb_listener.this) + length(aws_lb_listener.delivery) + length(aws_lb_listener_certificate.this) == 0
    error_message = "Something of a load balancer that belongs to others is made or changed."
  }
}

run "outputs_are_those_of_create" {
  assert {
    condition = (
      output.load_balancer_arn == "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/made/0a1b2c3d4e5f6071" &&
      output.load_balancer_arn_suffix == "app/made/0a1b2c3d4e5f6071" && output.load_balancer_name == "made" &&
      output.dns_name == "made-1234567890.eu-west-1.elb.amazonaws.com" && output.zone_id == "Z32O12XQLNTSW2"
    )
    error_message = "The outputs are not of the existing load balancer."
  }
  assert {
    condition     = jsonencode(output.listener_arns) == jsonencode({ https = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/0f0e0d0c0b0a0908" })
    error_message = "The listener is not the one that was given."
  }
  assert {
    condition     = output.url == "https://made-1234567890.eu-west-1.elb.amazonaws.com"
    error_message = "The URL is not of the existing load balancer: ${output.url}."
  }
}

run "a_listener_of_another_load_balancer_is_refused" {
  command = plan

  override_data {
    target = data.aws_lb_listener.this["https"]
    values = { load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/other/0f0e0d0c0b0a0908", port = 443, protocol = "HTTPS" }
  }

  expect_failures = [data.aws_lb_listener.this["https"]]
}

run "a_listener_at_another_port_is_refused" {
  command = plan

  variables {
    listeners = { https = { port = 8443, protocol = "HTTPS" } }
  }

  expect_failures = [data.aws_lb_listener.this["https"]]
}

run "a_network_load_balancer_is_refused" {
  command = plan

  override_data {
    target = data.aws_lb.this["main"]
    values = { load_balancer_type = "network" }
  }

  expect_failures = [data.aws_lb.this["main"]]
}
