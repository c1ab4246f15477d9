mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name               = "shop"
  subnet_ids         = { a = "subnet-0000000000000000a", b = "subnet-0000000000000000b" }
  security_group_ids = ["sg-0a1b2c3d4e5f60718"]
  certificate_arn    = "arn:aws:acm:eu-west-1:111111111111:certificate/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
  access_logs        = { bucket_name = "shop-records", prefix = "shop" }
  tags               = { application = "shop" }
}

run "defaults_are_safe" {
  command = plan

  assert {
    condition = (
      aws_lb.this["main"].enable_deletion_protection && aws_lb.this["main"].drop_invalid_header_fields &&
      aws_lb.this["main"].desync_mitigation_mode == "defensive"
    )
    error_message = "It can be deleted by accident, or lets headers through that are read in two ways."
  }
  assert {
    condition     = aws_lb.this["main"].access_logs[0].enabled && aws_lb.this["main"].access_logs[0].bucket == "shop-records" && aws_lb.this["main"].access_logs[0].prefix == "shop"
    error_message = "Requests are not recorded in the bucket."
  }
  assert {
    condition     = !aws_lb.this["main"].internal && aws_lb.this["main"].load_balancer_type == "application"
    error_message = "It is not the entry from outside."
  }
  assert {
    condition     = aws_lb.this["main"].subnets == toset(["subnet-0000000000000000a", "subnet-0000000000000000b"]) && aws_lb.this["main"].security_groups == toset(["sg-0a1b2c3d4e5f60718"])
    error_message = "It is not in the subnets and security groups that were given."
  }
  assert {
    condition     = aws_lb.this["main"].name == "shop" && aws_lb.this["main"].tags == tomap({ Name = "shop", application = "shop" })
    error_message = "Its name or its tags are not those that were given."
  }
}

run "plain_http_is_sent_to_https" {
  command = plan

  assert {
    condition = (
      aws_lb_listener.this["http"].default_action[0].type == "redirect" &&
      aws_lb_listener.this["http"].default_action[0].redirect[0].port == "443" &&
      aws_lb_listener.this["http"].default_action[0].redirect[0].protocol == "HTTPS" &&
      aws_lb_listener.this["http"].default_action[0].redirect[0].status_code == "HTTP_301"
    )
    error_message = "Plain HTTP is answered."
  }
  assert {
    condition     = aws_lb_listener.this["http"].certificate_arn == null
    error_message = "The listener without TLS has a certificate, which AWS refuses."
  }
  assert {
    condition = (
      aws_lb_listener.this["https"].ssl_policy == "ELBSecurityPolicy-TLS13-1-2-2021-06" &&
      aws_lb_listener.this["https"].certificate_arn == "arn:aws:acm:eu-west-1:111111111111:certificate/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
    )
    error_message = "The HTTPS listener has not the certificate that was given, or speaks less than TLS 1.2."
  }
  assert {
    condition     = aws_lb_listener.this["https"].default_action[0].type == "fixed-response" && aws_lb_listener.this["https"].default_action[0].fixed_response[0].status_code == "404"
    error_message = "What no rule takes is not answered with 404."
  }
}

run "a_redirect_goes_to_the_port_of_the_listener_it_names" {
  command = plan

  variables {
    listeners = {
      plain  = { port = 8080, protocol = "HTTP", action = "redirect", redirect_to = "secure" }
      secure = { port = 8443, protocol = "HTTPS" }
    }
  }

  assert {
    condition     = aws_lb_listener.this["plain"].default_action[0].redirect[0].port == "8443"
    error_message = "The redirect goes to another port."
  }
}

run "further_certificates_are_by_listener_and_key" {
  variables {
    listeners = {
      https = { port = 443, protocol = "HTTPS", additional_certificate_arns = { brand = "arn:aws:acm:eu-west-1:111111111111:certificate/brand" } }
      admin = { port = 8443, protocol = "HTTPS", certificate_arn = "arn:aws:acm:eu-west-1:111111111111:certificate/admin" }
    }
  }

  assert {
    condition = (
      keys(aws_lb_listener_certificate.this) == ["https/brand"] &&
      aws_lb_listener_certificate.this["https/brand"].certificate_arn == "arn:aws:acm:eu-west-1:111111111111:certificate/brand" &&
      aws_lb_listener_certificate.this["https/brand"].listener_arn == aws_lb_listener.this["https"].arn
    )
    error_message = "The further certificate is not on its listener."
  }
  assert {
    condition     = aws_lb_listener.this["admin"].certificate_arn == "arn:aws:acm:eu-west-1:111111111111:certificate/admin"
    error_message = "A listener's own certificate does not go before the load balancer's."
  }
}

run "a_delivery_moves_what_it_owns" {
  variables {
    listeners = {
      http  = { port = 80, protocol = "HTTP", action = "forward", target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/blue/0a1b2c3d4e5f6071", owned_by_delivery = true }
      plain = { port = 8080, protocol = "HTTP", action = "forward", target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/blue/0a1b2c3d4e5f6071" }
    }
  }

  assert {
    condition     = keys(aws_lb_listener.delivery) == ["http"] && aws_lb_listener.delivery["http"].default_action[0].target_group_arn == "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/blue/0a1b2c3d4e5f6071"
    error_message = "The listener does not begin with the target group that was given."
  }
  assert {
    condition     = jsonencode(output.listener_arns) == jsonencode({ http = aws_lb_listener.delivery["http"].arn, plain = aws_lb_listener.this["plain"].arn })
    error_message = "The outputs do not name both kinds of listeners."
  }
}

run "only_terraforms_own_listener_follows_the_configuration" {
  command = plan

  variables {
    listeners = {
      http  = { port = 80, protocol = "HTTP", action = "forward", target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/green/0f0e0d0c0b0a0908", owned_by_delivery = true }
      plain = { port = 8080, protocol = "HTTP", action = "forward", target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/green/0f0e0d0c0b0a0908" }
    }
  }

  # changes only: ["plain"]
  assert {
    condition     = aws_lb_listener.delivery["http"].default_action[0].target_group_arn == "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/blue/0a1b2c3d4e5f6071"
    error_message = "Terraform moves back what a delivery has moved."
  }
}

run "who_takes_a_listener_over_waits_until_it_is_gone" {
  command = plan

  variables {
    listeners = {
      http  = { port = 80, protocol = "HTTP", action = "forward", target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/blue/0a1b2c3d4e5f6071" }
      plain = { port = 8080, protocol = "HTTP", action = "forward", target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/blue/0a1b2c3d4e5f6071" }
    }
  }

  # The listener of the one, that of the other, and the owner between them, all of one key.
  # changes only: ["http"]
  assert {
    condition     = terraform_data.listener_owner["http"].triggers_replace == "terraform" && terraform_data.listener_owner["plain"].triggers_replace == "terraform"
    error_message = "Both listeners have one port, and AWS answers DuplicateListener."
  }
}

run "what_protects_less_must_be_said" {
  command = plan

  variables {
    internal            = true
    deletion_protection = false
    access_logs         = { destination = "none" }
    certificate_arn     = null
    listeners           = { http = { port = 8080, protocol = "HTTP" } }
  }

  assert {
    condition     = aws_lb.this["main"].internal && !aws_lb.this["main"].enable_deletion_protection
    error_message = "What was said is not what is made."
  }
  assert {
    condition     = one(aws_lb.this["main"].access_logs[*].enabled) == false && aws_lb.this["main"].access_logs[0].bucket == ""
    error_message = "The provider does not hear that requests are no longer recorded, and leaves the bucket as it was."
  }
  assert {
    condition     = keys(aws_lb_listener.this) == ["http"] && aws_lb_listener.this["http"].default_action[0].type == "fixed-response"
    error_message = "There is another listener than the one that was named, or it forwards somewhere."
  }
}

run "outputs_name_what_was_made" {
  assert {
    condition = (
      output.load_balancer_arn == aws_lb.this["main"].arn && output.load_balancer_arn_suffix == aws_lb.this["main"].arn_suffix &&
      output.load_balancer_name == "shop" && output.dns_name == aws_lb.this["main"].dns_name && output.zone_id == aws_lb.this["main"].zone_id
    )
    error_message = "The outputs are not of the load balancer."
  }
  assert {
    condition     = jsonencode(output.listener_arns) == jsonencode({ http = aws_lb_listener.this["http"].arn, https = aws_lb_listener.this["https"].arn })
    error_message = "The outputs are not of the listeners."
  }
  assert {
    condition     = output.url == "https://made-1234567890.eu-west-1.elb.amazonaws.com"
    error_message = "People are sent elsewhere than to HTTPS: ${output.url}."
  }
}

run "the_url_has_its_own_name_and_port" {
  command = plan

  variables {
    host_name = "shop.example.org"
    listeners = { http = { port = 8080, protocol = "HTTP" } }
  }

  assert {
    condition     = output.url == "http://shop.example.org:8080"
    error_message = "The URL is ${output.url}."
  }
}
