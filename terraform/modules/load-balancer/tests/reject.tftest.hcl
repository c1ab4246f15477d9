mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name               = "shop"
  subnet_ids         = { a = "subnet-0000000000000000a", b = "subnet-0000000000000000b" }
  security_group_ids = ["sg-0a1b2c3d4e5f60718"]
  certificate_arn    = "arn:aws:acm:eu-west-1:111111111111:certificate/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
  access_logs        = { bucket_name = "shop-records" }
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "missing_listener" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { load_balancer = { arn = "arn:lb" }, listeners = { http = "arn:http", https = "" } }
  }
  # says: existing lacks: listeners.https
  expect_failures = [var.existing]
}

run "surplus_listener" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { load_balancer = { arn = "arn:lb" }, listeners = { http = "arn:http", https = "arn:https", htpps = "arn:https" } }
  }
  # says: existing has unused keys: listeners.htpps
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { load_balancer = { arn = "arn:lb" } }
  }
  # says: mode is create and existing has unused keys: load_balancer.arn
  expect_failures = [var.existing]
}

run "long_name" {
  command = plan
  variables {
    name = "a-name-that-is-longer-than-aws-takes"
  }
  # says: not a-name-that-is-longer-than-aws-takes
  expect_failures = [var.name]
}

run "reserved_name" {
  command = plan
  variables {
    name = "internal-shop"
  }
  # says: not beginning with internal-
  expect_failures = [var.name]
}

run "one_zone" {
  command = plan
  variables {
    subnet_ids = { a = "subnet-0000000000000000a" }
  }
  # says: in two zones at least; subnet_ids has: a
  expect_failures = [var.subnet_ids]
}

run "no_security_group" {
  command = plan
  variables {
    security_group_ids = []
  }
  # says: security_group_ids names at least one
  expect_failures = [var.security_group_ids]
}

run "https_without_a_certificate" {
  command = plan
  variables {
    certificate_arn = null
  }
  # says: for HTTP alone say so
  expect_failures = [var.listeners]
}

run "unknown_protocol" {
  command = plan
  variables {
    listeners = { https = { port = 443, protocol = "TLS" } }
  }
  # says: protocol is HTTP or HTTPS; not so: https = TLS
  expect_failures = [var.listeners]
}

run "same_port_twice" {
  command = plan
  variables {
    listeners = { http = { port = 80, protocol = "HTTP" }, api = { port = 80, protocol = "HTTP" } }
  }
  # says: api = 80, http = 80
  expect_failures = [var.listeners]
}

run "unknown_action" {
  command = plan
  variables {
    listeners = { http = { port = 80, protocol = "HTTP", action = "drop" } }
  }
  # says: not so: http = drop
  expect_failures = [var.listeners]
}

run "redirect_to_nowhere" {
  command = plan
  variables {
    listeners = { http = { port = 80, protocol = "HTTP", action = "redirect" } }
  }
  # says: not so: http to https
  expect_failures = [var.listeners]
}

run "forward_without_a_target_group" {
  command = plan
  variables {
    listeners = { http = { port = 80, protocol = "HTTP", action = "forward" } }
  }
  # says: target_group_arn belongs to action forward
  expect_failures = [var.listeners]
}

run "delivery_of_an_answer" {
  command = plan
  variables {
    listeners = { http = { port = 80, protocol = "HTTP", owned_by_delivery = true } }
  }
  # says: A delivery owns only what forwards; not so: http
  expect_failures = [var.listeners]
}

run "old_tls" {
  command = plan
  variables {
    listeners = { https = { port = 443, protocol = "HTTPS", ssl_policy = "ELBSecurityPolicy-2016-08" } }
  }
  # says: not so: https = ELBSecurityPolicy-2016-08
  expect_failures = [var.listeners]
}

run "no_records_unsaid" {
  command = plan
  variables {
    access_logs = {}
  }
  # says: access_logs.bucket_name belongs to destination s3
  expect_failures = [var.access_logs]
}

run "unknown_destination" {
  command = plan
  variables {
    access_logs = { destination = "cloudwatch" }
  }
  # says: access_logs.destination is s3 or none, not cloudwatch
  expect_failures = [var.access_logs]
}
