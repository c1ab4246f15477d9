mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name   = "shop"
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  groups = { web = { description = "Hosts" }, database = { description = "Database" } }
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
    existing = { web = "sg-1", database = "" }
  }
  # says: existing lacks: database
  expect_failures = [var.existing]
}

run "surplus_group" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { web = "sg-1", database = "sg-2", wbe = "sg-3" }
  }
  # says: mode is reuse and existing has unused keys: wbe
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { web = "sg-1" }
  }
  # says: mode is create and existing has unused keys: web
  expect_failures = [var.existing]
}

run "name_that_aws_refuses" {
  command = plan
  variables {
    name = "sg-shop"
  }
  # says: does not start with sg-; not sg-shop
  expect_failures = [var.name]
}

run "no_vpc" {
  command = plan
  variables {
    vpc_id = "shop"
  }
  # says: not shop
  expect_failures = [var.vpc_id]
}

run "no_group" {
  command = plan
  variables {
    groups = {}
  }
  # says: groups names at least one group
  expect_failures = [var.groups]
}

run "key_with_a_slash" {
  command = plan
  variables {
    groups = { web = { description = "Hosts", ingress = { "a/b" = { description = "A", port = 1, group = "web" } } } }
  }
  # says: not all are: a/b.
  expect_failures = [var.groups]
}

run "group_and_rule_without_a_description" {
  command = plan
  variables {
    groups = { web = { ingress = { http = { description = "Ümlaut", port = 80, group = "web" } } } }
  }
  # says: these are not: web, web/http (ingress).
  expect_failures = [var.groups]
}

run "rules_without_one_place" {
  command = plan
  variables {
    groups = { web = { description = "Hosts", ingress = { none = { description = "A", port = 1 } }, egress = { two = { description = "A", port = 1, group = "web", cidr_ipv4 = "10.0.0.0/16" } } } }
  }
  # says: these have not: web/none (ingress), web/two (egress).
  expect_failures = [var.groups]
}

run "group_that_is_not_there" {
  command = plan
  variables {
    groups = { web = { description = "Hosts", ingress = { http = { description = "A", port = 80, group = "wbe" } } } }
  }
  # says: these rules name another: web/http (ingress) = wbe.
  expect_failures = [var.groups]
}

run "ports_that_do_not_fit" {
  command = plan
  variables {
    groups = { web = { description = "Hosts", ingress = {
      none     = { description = "A", group = "web" }
      reversed = { description = "A", port = 90, to_port = 80, group = "web" }
      ping     = { description = "A", protocol = "icmp", port = 8, group = "web" }
      gre      = { description = "A", protocol = "gre", group = "web" }
      big      = { description = "A", port = 65536, group = "web" }
      good     = { description = "A", port = 80, group = "web" }
    } } }
  }
  # says: these rules are not so: web/big (ingress), web/gre (ingress), web/none (ingress), web/ping (ingress), web/reversed (ingress).
  expect_failures = [var.groups]
}

run "addresses_that_are_no_network" {
  command = plan
  variables {
    groups = { web = { description = "Hosts", ingress = {
      host = { description = "A", port = 1, cidr_ipv4 = "10.0.0.1/16" }
      six  = { description = "A", port = 1, cidr_ipv4 = "2001:db8::/32" }
      good = { description = "A", port = 1, cidr_ipv6 = "2001:db8::/32" }
    } } }
  }
  # says: these rules have others: web/host (ingress) = 10.0.0.1/16, web/six (ingress) = 2001:db8::/32.
  expect_failures = [var.groups]
}

run "open_without_being_public" {
  command = plan
  variables {
    groups = { web = { description = "Hosts", ingress = {
      ssh   = { description = "A", port = 22, cidr_ipv4 = "0.0.0.0/0" }
      range = { description = "A", port = 80, to_port = 443, cidr_ipv4 = "0.0.0.0/0" }
      half  = { description = "A", port = 22, cidr_ipv4 = "128.0.0.0/1" }
      six   = { description = "A", port = 22, cidr_ipv6 = "::/0" }
      udp   = { description = "A", protocol = "udp", port = 443, cidr_ipv4 = "0.0.0.0/0" }
      all   = { description = "A", protocol = "all", cidr_ipv4 = "0.0.0.0/0" }
      https = { description = "A", port = 443, cidr_ipv4 = "0.0.0.0/0" }
    } } }
  }
  # says: without public = true: web/all, web/half, web/range, web/six, web/ssh, web/udp.
  expect_failures = [var.groups]
}

run "egress_said_twice" {
  command = plan
  variables {
    groups = { web = { description = "Hosts", egress_all = true, egress = { all = { description = "A", protocol = "all", cidr_ipv4 = "0.0.0.0/0" } } } }
  }
  # says: egress_all or egress rules, not both: web
  expect_failures = [var.groups]
}

run "default_group_of_a_network_of_others" {
  command = plan
  variables {
    mode                = "reuse"
    existing            = { web = "sg-1", database = "sg-2" }
    close_default_group = true
  }
  # says: mode reuse changes nothing
  expect_failures = [var.close_default_group]
}
