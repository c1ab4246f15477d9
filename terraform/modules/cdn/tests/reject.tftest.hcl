mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name    = "shop"
  origins = { web = { kind = "load-balancer", domain_name = "origin.example.org" } }
  default = { origin = "web" }
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "nothing_to_reuse" {
  command = plan
  variables {
    mode = "reuse"
  }
  # says: existing lacks: distribution
  expect_failures = [var.existing]
}

run "surplus_id" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { distribution = "E1", id = "E1" }
  }
  # says: mode is reuse and existing has unused keys: id
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { distribution = "E1" }
  }
  # says: mode is create and existing has unused keys: distribution
  expect_failures = [var.existing]
}

run "unknown_kind_of_origin" {
  command = plan
  variables {
    origins = { web = { kind = "alb", domain_name = "x" } }
  }
  # says: not so: web = alb
  expect_failures = [var.origins]
}

run "a_bucket_without_its_arn" {
  command = plan
  variables {
    origins = { web = { kind = "bucket", domain_name = "x" } }
  }
  # says: A bucket has a bucket_arn and no secret_header
  expect_failures = [var.origins]
}

run "a_header_without_its_secret" {
  command = plan
  variables {
    origins = { web = { kind = "load-balancer", domain_name = "x", secret_header = "X-Origin-Verify" } }
  }
  # says: origin_secrets misses: web
  expect_failures = [var.origin_secrets]
}

run "a_short_secret" {
  command = plan
  variables {
    origin_secrets = { web = "hunter2" }
  }
  # says: shorter than 16 characters
  expect_failures = [var.origin_secrets]
}

run "an_origin_that_is_none" {
  command = plan
  variables {
    default = { origin = "wbe" }
  }
  # says: default.origin is one of web, not wbe
  expect_failures = [var.default]
}

run "a_bucket_with_the_visitors_host" {
  command = plan
  variables {
    origins = { web = { kind = "bucket", domain_name = "x", bucket_arn = "arn:aws:s3:::x" } }
    default = { origin = "web", origin_request_policy = "Managed-AllViewer" }
  }
  # says: A bucket refuses a request with another's Host header
  expect_failures = [var.default]
}

run "two_paths_in_one_place" {
  command = plan
  variables {
    paths = { a = { path = "/a", precedence = 1, origin = "web" }, b = { path = "/b", precedence = 1, origin = "web" } }
  }
  # says: different whole numbers from 0: a = 1, b = 1
  expect_failures = [var.paths]
}

run "names_without_a_certificate" {
  command = plan
  variables {
    aliases = { main = { name = "shop.example.org" } }
  }
  # says: aliases need it; names: shop.example.org
  expect_failures = [var.certificate_arn]
}

run "a_certificate_of_another_region" {
  command = plan
  variables {
    aliases         = { main = { name = "shop.example.org" } }
    certificate_arn = "arn:aws:acm:eu-west-1:111111111111:certificate/1"
  }
  # says: CloudFront takes certificates of us-east-1 only
  expect_failures = [var.certificate_arn]
}

run "a_record_without_its_zone" {
  command = plan
  variables {
    aliases         = { main = { name = "shop.example.org", record = true } }
    certificate_arn = "arn:aws:acm:us-east-1:111111111111:certificate/1"
  }
  # says: A record needs its zone_id: main
  expect_failures = [var.aliases]
}

run "countries_without_a_rule" {
  command = plan
  variables {
    countries = { codes = ["DE"] }
  }
  # says: not none with 1
  expect_failures = [var.countries]
}

run "logs_without_a_bucket" {
  command = plan
  variables {
    access_logs = { enabled = true }
  }
  # says: access_logs have a bucket_domain_name
  expect_failures = [var.access_logs]
}

run "cache_policy_upside_down" {
  command = plan
  variables {
    cache_policies = { versions = { min_seconds = 60, default_seconds = 5 } }
  }
  # says: 0 <= min_seconds <= default_seconds <= max_seconds
  expect_failures = [var.cache_policies]
}

run "cache_policy_with_an_odd_key" {
  command = plan
  variables {
    cache_policies = { "by version" = {} }
  }
  # says: Keys of cache_policies are up to 40 lower-case letters
  expect_failures = [var.cache_policies]
}
