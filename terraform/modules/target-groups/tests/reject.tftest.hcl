mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name   = "shop"
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  groups = { web = { port = 80 }, api = { port = 80 } }
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "missing_group" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { target_groups = { web = "arn:web", api = "" } }
  }
  # says: existing lacks: target_groups.api
  expect_failures = [var.existing]
}

run "surplus_group" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { target_groups = { web = "arn:web", api = "arn:api", wbe = "arn:web" } }
  }
  # says: mode is reuse and existing has unused keys: target_groups.wbe
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { target_groups = { web = "arn:web" } }
  }
  # says: mode is create and existing has unused keys: target_groups.web
  expect_failures = [var.existing]
}

run "rule_of_another_listener" {
  command = plan
  variables {
    mode           = "reuse"
    listener_rules = { web = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"], weights = { web = 1 } } }
    existing       = { target_groups = { web = "arn:web", api = "arn:api" }, listener_rules = { web = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/app/other/1/2/3" } }
  }
  # says: A rule belongs to the listener that listener_rules names for it; not so: web = arn
  expect_failures = [var.existing]
}

run "bad_name" {
  command = plan
  variables {
    name = "shop_web"
  }
  # says: name is letters, digits and -, not shop_web
  expect_failures = [var.name]
}

run "no_group" {
  command = plan
  variables {
    groups = {}
  }
  # says: groups names at least one target group
  expect_failures = [var.groups]
}

run "bad_key" {
  command = plan
  variables {
    groups = { "web.a" = { port = 80 } }
  }
  # says: not so: web.a
  expect_failures = [var.groups]
}

run "bad_port" {
  command = plan
  variables {
    groups = { web = { port = 65536 } }
  }
  # says: web = 65536
  expect_failures = [var.groups]
}

run "unknown_target_type" {
  command = plan
  variables {
    groups = { web = { port = 80, target_type = "lambda" } }
  }
  # says: web = HTTP HTTP1 lambda
  expect_failures = [var.groups]
}

run "health_check_that_overlaps" {
  command = plan
  variables {
    groups = { web = { port = 80, health_check = { interval = 5 } } }
  }
  # says: web = /, 5 of 5 seconds
  expect_failures = [var.groups]
}

run "short_slow_start" {
  command = plan
  variables {
    groups = { web = { port = 80, slow_start = 10 } }
  }
  # says: web = 10 round_robin
  expect_failures = [var.groups]
}

run "cookie_without_a_name" {
  command = plan
  variables {
    groups = { web = { port = 80, stickiness = { enabled = true, type = "app_cookie" } } }
  }
  # says: cookie_name belongs to app_cookie
  expect_failures = [var.groups]
}

run "http_codes_for_grpc" {
  command = plan
  variables {
    groups = { web = { port = 80, protocol_version = "GRPC", health_check = { matcher = "200-399" } } }
  }
  # says: has codes of gRPC, 0 to 99; not so: web = 200-399
  expect_failures = [var.groups]
}

run "bad_priority" {
  command = plan
  variables {
    listener_rules = { web = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 0, path_patterns = ["/*"], weights = { web = 1 } } }
  }
  # says: A priority is 1 to 50000: web = 0
  expect_failures = [var.listener_rules]
}

run "same_priority_twice" {
  command = plan
  variables {
    listener_rules = { web = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"], weights = { web = 1 } }, api = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"], weights = { api = 1 } } }
  }
  # says: Two rules of one listener have the same priority: api = 10, web = 10
  expect_failures = [var.listener_rules]
}

run "rule_for_everything" {
  command = plan
  variables {
    listener_rules = { web = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, weights = { web = 1 } } }
  }
  # says: one to five values in its conditions
  expect_failures = [var.listener_rules]
}

run "weight_of_an_unknown_group" {
  command = plan
  variables {
    listener_rules = { web = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"], weights = { wbe = 1 } } }
  }
  # says: weights are 0 to 999 for one to five of the groups api, web, not all 0: web = {"wbe":1}
  expect_failures = [var.listener_rules]
}

run "no_weight" {
  command = plan
  variables {
    listener_rules = { web = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"], weights = { web = 0, api = 0 } } }
  }
  # says: not all 0: web = {"api":0,"web":0}
  expect_failures = [var.listener_rules]
}

run "sticky_for_ever" {
  command = plan
  variables {
    listener_rules = { web = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"], weights = { web = 1 }, sticky_seconds = 604801 } }
  }
  # says: sticky_seconds is 0 to 604800
  expect_failures = [var.listener_rules]
}
