mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name        = "shop"
  zone_name   = "example.org"
  existing    = { zone = "Z0F0E0D0C0B0A0" }
  domain_name = "shop.example.org"
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "unknown_zone_mode" {
  command = plan
  variables {
    zone_mode = "adopt"
    existing  = {}
  }
  # says: zone_mode is create or reuse, not adopt
  expect_failures = [var.zone_mode]
}

run "a_new_zone_with_an_old_certificate" {
  command = plan
  variables {
    mode      = "reuse"
    zone_mode = "create"
    existing  = { certificate = "arn:1" }
  }
  # says: zone_mode is reuse, not create
  expect_failures = [var.zone_mode]
}

run "missing_zone" {
  command = plan
  variables {
    existing = {}
  }
  # says: mode is create, zone_mode reuse, and existing lacks: zone.
  expect_failures = [var.existing]
}

run "missing_certificate" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { zone = "Z1", certificate = "" }
  }
  # says: mode is reuse, zone_mode reuse, and existing lacks: certificate.
  expect_failures = [var.existing]
}

run "surplus_certificate" {
  command = plan
  variables {
    existing = { zone = "Z1", certificate = "arn:1" }
  }
  # says: mode is create, zone_mode reuse, and existing has unused keys: certificate.
  expect_failures = [var.existing]
}

run "surplus_zone" {
  command = plan
  variables {
    zone_mode = "create"
  }
  # says: mode is create, zone_mode create, and existing has unused keys: zone.
  expect_failures = [var.existing]
}

run "a_zone_with_a_dot_at_its_end" {
  command = plan
  variables {
    zone_name   = "example.org."
    domain_name = "shop.example.org"
  }
  # says: without a dot at its end; not example.org.
  expect_failures = [var.zone_name]
}

run "a_name_of_another_zone" {
  command = plan
  variables {
    domain_name = "shop-example.org"
  }
  # says: domain_name is a name of the zone example.org, not shop-example.org
  expect_failures = [var.domain_name]
}

run "an_alternative_name_of_another_zone" {
  command = plan
  variables {
    alternative_names = ["www.example.net"]
  }
  # says: not all are: www.example.net
  expect_failures = [var.alternative_names]
}

run "the_first_name_again" {
  command = plan
  variables {
    alternative_names = ["shop.example.org"]
  }
  # says: shop.example.org is domain_name already
  expect_failures = [var.alternative_names]
}

run "a_record_of_another_zone" {
  command = plan
  variables {
    records = { www = { name = "www.example.net", target_dns_name = "lb", target_zone_id = "Z1" } }
  }
  # says: not so: www = www.example.net
  expect_failures = [var.records]
}

run "issuers_that_refuse_the_certificate" {
  command = plan
  variables {
    caa_issuers = ["letsencrypt.org"]
  }
  # says: without amazon.com would refuse this certificate
  expect_failures = [var.caa_issuers]
}

run "a_log_of_the_zone_of_others" {
  command = plan
  variables {
    query_log = { enabled = true }
  }
  # says: query_log is only for a zone that is created; zone_mode is reuse
  expect_failures = [var.query_log]
}
