mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name   = "shop"
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  groups = {
    web = {
      port        = 8080
      attachments = { one = { target_id = "i-0000000000000000a" }, two = { target_id = "i-0000000000000000b", port = 8081 }, three = { target_id = "i-0000000000000000c" } }
    }
    api = {
      port         = 9000
      protocol     = "HTTPS"
      target_type  = "ip"
      health_check = { path = "/health", port = "9001", protocol = "HTTP", matcher = "204" }
      stickiness   = { enabled = true, type = "app_cookie", cookie_name = "session" }
    }
  }
  listener_rules = {
    web = {
      listener_arn  = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
      priority      = 10
      path_patterns = ["/*"]
      weights       = { web = 1 }
    }
  }
  tags = { application = "shop" }
}

run "a_group_checks_what_it_sends_requests_to" {
  command = plan

  assert {
    condition = (
      aws_lb_target_group.this["web"].port == 8080 && aws_lb_target_group.this["web"].protocol == "HTTP" &&
      aws_lb_target_group.this["web"].target_type == "instance" && aws_lb_target_group.this["web"].vpc_id == "vpc-0a1b2c3d4e5f60718"
    )
    error_message = "The group is not of the port, protocol and VPC that were given."
  }
  assert {
    condition = (
      aws_lb_target_group.this["web"].health_check[0].path == "/" && aws_lb_target_group.this["web"].health_check[0].port == "traffic-port" &&
      aws_lb_target_group.this["web"].health_check[0].protocol == "HTTP" && aws_lb_target_group.this["web"].health_check[0].matcher == "200-399"
    )
    error_message = "Without more said, the targets are not asked at their own port."
  }
  assert {
    condition = (
      aws_lb_target_group.this["api"].health_check[0].path == "/health" && aws_lb_target_group.this["api"].health_check[0].port == "9001" &&
      aws_lb_target_group.this["api"].health_check[0].protocol == "HTTP" && aws_lb_target_group.this["api"].health_check[0].matcher == "204"
    )
    error_message = "The health check is not the one that was given."
  }
  assert {
    condition     = !aws_lb_target_group.this["web"].stickiness[0].enabled && aws_lb_target_group.this["api"].stickiness[0].cookie_name == "session"
    error_message = "Clients stick where nobody said so, or do not where it was said."
  }
  assert {
    condition     = aws_lb_target_group.this["web"].deregistration_delay == "60" && aws_lb_target_group.this["web"].tags == tomap({ Name = "shop-web", application = "shop" })
    error_message = "The delay or the tags are not those of a group."
  }
}

run "grpc_has_codes_of_its_own" {
  command = plan

  variables {
    groups = {
      web  = { port = 8080 }
      grpc = { port = 9090, protocol_version = "GRPC" }
      told = { port = 9090, protocol_version = "GRPC", health_check = { path = "/grpc.health.v1.Health/Check", matcher = "0" } }
    }
  }

  assert {
    condition     = jsonencode({ for key, group in aws_lb_target_group.this : key => group.health_check[0].matcher }) == jsonencode({ grpc = "0,12", told = "0", web = "200-399" })
    error_message = "AWS refuses codes of HTTP where the targets speak gRPC."
  }
}

run "a_rule_for_one_group_names_it" {
  assert {
    condition     = aws_lb_listener_rule.this["web"].action[0].target_group_arn == aws_lb_target_group.this["web"].arn && length(aws_lb_listener_rule.this["web"].action[0].forward) == 0
    error_message = "The rule does not forward to the group alone."
  }
  assert {
    condition     = aws_lb_listener_rule.this["web"].priority == 10 && [for condition in aws_lb_listener_rule.this["web"].condition : condition.path_pattern[0].values] == [toset(["/*"])]
    error_message = "The rule has not the priority and the paths that were given."
  }
  assert {
    condition = jsonencode({ for key, attachment in aws_lb_target_group_attachment.this : key => [attachment.target_id, attachment.port] }) == jsonencode({
      "web/one" = ["i-0000000000000000a", null], "web/three" = ["i-0000000000000000c", null], "web/two" = ["i-0000000000000000b", 8081],
    })
    error_message = "Not the instances that were named are behind the group."
  }
  assert {
    condition     = aws_lb_target_group_attachment.this["web/two"].target_group_arn == aws_lb_target_group.this["web"].arn
    error_message = "An instance is behind another group."
  }
}

run "the_plan_without_the_second_instance" {
  command = plan

  variables {
    groups = {
      web = { port = 8080, attachments = { one = { target_id = "i-0000000000000000a" }, three = { target_id = "i-0000000000000000c" } } }
      api = {
        port         = 9000
        protocol     = "HTTPS"
        target_type  = "ip"
        health_check = { path = "/health", port = "9001", protocol = "HTTP", matcher = "204" }
        stickiness   = { enabled = true, type = "app_cookie", cookie_name = "session" }
      }
    }
  }

  # changes only: ["web/two"]
  assert {
    condition     = keys(aws_lb_target_group_attachment.this) == ["web/one", "web/three"]
    error_message = "More, or less, than the second instance goes."
  }
}

run "a_replaced_group_has_another_name" {
  command = plan

  variables {
    groups         = { web = { port = 8081 }, a-group-with-a-rather-long-name = { port = 80 } }
    listener_rules = {}
  }

  assert {
    condition     = output.target_group_names["web"] != run.a_rule_for_one_group_names_it.target_group_names["web"] && startswith(output.target_group_names["web"], "shop-web-")
    error_message = "A group that takes the place of another cannot be made before that one goes."
  }
  assert {
    condition     = can(regex("^shop-a-group-with-a-rathe-[0-9a-f]{6}$", output.target_group_names["a-group-with-a-rather-long-name"]))
    error_message = "AWS refuses the name: ${output.target_group_names["a-group-with-a-rather-long-name"]}."
  }
}

run "a_request_must_have_all_that_a_rule_says" {
  variables {
    groups = { blue = { port = 80 }, green = { port = 80 } }
    listener_rules = {
      main = {
        listener_arn       = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
        priority           = 20
        path_patterns      = ["/api/*"]
        host_headers       = ["shop.example.org"]
        headers            = { X-Preview = ["yes"] }
        methods            = ["GET"]
        source_cidr_blocks = ["10.0.0.0/8"]
        weights            = { blue = 90, green = 10 }
        sticky_seconds     = 600
      }
      delivered = {
        listener_arn      = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
        priority          = 30
        host_headers      = ["next.example.org"]
        weights           = { blue = 100, green = 0 }
        owned_by_delivery = true
      }
    }
  }

  override_resource {
    target = aws_lb_target_group.this["green"]
    values = { arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/green/0f0e0d0c0b0a0908" }
  }

  assert {
    condition = toset(flatten([
      for condition in aws_lb_listener_rule.this["main"].condition : [
        [for one in condition.path_pattern : "path ${join(" ", one.values)}"],
        [for one in condition.host_header : "host ${join(" ", one.values)}"],
        [for one in condition.http_header : "${one.http_header_name} ${join(" ", one.values)}"],
        [for one in condition.http_request_method : "method ${join(" ", one.values)}"],
        [for one in condition.source_ip : "from ${join(" ", one.values)}"],
      ]
    ])) == toset(["path /api/*", "host shop.example.org", "X-Preview yes", "method GET", "from 10.0.0.0/8"])
    error_message = "The rule takes other requests than those that were said."
  }
  assert {
    condition = { for group in aws_lb_listener_rule.this["main"].action[0].forward[0].target_group : group.arn => group.weight } == {
      (aws_lb_target_group.this["blue"].arn) = 90, (aws_lb_target_group.this["green"].arn) = 10,
    }
    error_message = "Requests are not parted by the weights."
  }
  assert {
    condition     = jsonencode(aws_lb_listener_rule.this["main"].action[0].forward[0].stickiness[0]) == jsonencode({ duration = 600, enabled = true }) && length(aws_lb_listener_rule.delivery["delivered"].action[0].forward[0].stickiness) == 0
    error_message = "Clients do not stay with their group for the time that was said."
  }
  assert {
    condition = jsonencode(output.listener_rule_arns) == jsonencode({
      delivered = aws_lb_listener_rule.delivery["delivered"].arn, main = aws_lb_listener_rule.this["main"].arn
    })
    error_message = "The outputs do not name both kinds of rules."
  }
}

run "weights_that_a_delivery_owns_are_left_alone" {
  command = plan

  variables {
    groups = { blue = { port = 80 }, green = { port = 80 } }
    listener_rules = {
      main = {
        listener_arn       = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
        priority           = 20
        path_patterns      = ["/api/*"]
        host_headers       = ["shop.example.org"]
        headers            = { X-Preview = ["yes"] }
        methods            = ["GET"]
        source_cidr_blocks = ["10.0.0.0/8"]
        weights            = { blue = 50, green = 50 }
        sticky_seconds     = 600
      }
      delivered = {
        listener_arn      = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
        priority          = 30
        host_headers      = ["next.example.org"]
        weights           = { blue = 0, green = 100 }
        owned_by_delivery = true
      }
    }
  }

  # changes only: ["main"]
  assert {
    condition     = sum([for group in aws_lb_listener_rule.delivery["delivered"].action[0].forward[0].target_group : group.weight if group.arn == aws_lb_target_group.this["blue"].arn]) == 100
    error_message = "Terraform moves back what a delivery has moved."
  }
}

run "who_takes_a_rule_over_waits_until_it_is_gone" {
  command = plan

  variables {
    groups = { blue = { port = 80 }, green = { port = 80 } }
    listener_rules = {
      main = {
        listener_arn       = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
        priority           = 20
        path_patterns      = ["/api/*"]
        host_headers       = ["shop.example.org"]
        headers            = { X-Preview = ["yes"] }
        methods            = ["GET"]
        source_cidr_blocks = ["10.0.0.0/8"]
        weights            = { blue = 90, green = 10 }
        sticky_seconds     = 600
      }
      delivered = {
        listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
        priority     = 30
        host_headers = ["next.example.org"]
        weights      = { blue = 100, green = 0 }
      }
    }
  }

  # The rule of the one, that of the other, and the owner between them, all of one key.
  # changes only: ["delivered"]
  assert {
    condition     = terraform_data.rule_owner["delivered"].triggers_replace == "terraform" && terraform_data.rule_owner["main"].triggers_replace == "terraform"
    error_message = "Both rules have one priority, and AWS answers PriorityInUse."
  }
}

run "outputs_are_by_key" {
  assert {
    condition     = jsonencode(output.target_group_arns) == jsonencode({ for key, group in aws_lb_target_group.this : key => group.arn }) && length(output.target_group_arns) == 2
    error_message = "ARNs are not by key."
  }
  assert {
    condition = (
      jsonencode(output.target_group_arn_suffixes) == jsonencode({ for key, group in aws_lb_target_group.this : key => group.arn_suffix }) &&
      jsonencode(output.target_group_names) == jsonencode({ for key, group in aws_lb_target_group.this : key => group.name })
    )
    error_message = "Names are not by key."
  }
}
