mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name   = "shop"
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  tags   = { application = "shop" }
  groups = {
    load-balancer = {
      description = "Entry from the internet"
      ingress     = { https = { description = "Users", port = 443, cidr_ipv4 = "0.0.0.0/0" } }
      egress      = { web = { description = "Requests", port = 8080, group = "web" } }
    }
    web = {
      description = "Hosts"
      ingress = {
        load-balancer = { description = "Requests", port = 8080, group = "load-balancer" }
        metrics       = { description = "Scrapes", port = 9100, to_port = 9105, cidr_ipv4 = "10.0.0.0/16" }
        ping          = { description = "Reachability", protocol = "icmp", security_group_id = "sg-0123456789abcdef0" }
        ping-v6       = { description = "Reachability", protocol = "icmp", cidr_ipv6 = "2001:db8::/32" }
      }
      egress_all = true
    }
    database = {
      description = "Database"
      ingress = {
        web    = { description = "Queries", port = 5432, group = "web" }
        itself = { description = "Replication", protocol = "all", group = "database" }
      }
      egress = { s3 = { description = "Backups", port = 443, prefix_list_id = "pl-0123456789abcdef0" } }
    }
  }
}

run "groups_are_called_after_their_keys" {
  command = plan

  assert {
    condition = alltrue([
      for key, group in aws_security_group.this : group.name_prefix == "shop-${key}-" && group.vpc_id == "vpc-0a1b2c3d4e5f60718" &&
      group.tags == tomap({ Name = "shop-${key}", application = "shop" })
    ]) && keys(aws_security_group.this) == ["database", "load-balancer", "web"]
    error_message = "A group lacks its name, its VPC or its tags."
  }
  assert {
    condition     = aws_security_group.this["web"].description == "Hosts" && aws_vpc_security_group_ingress_rule.this["web/metrics"].description == "Scrapes"
    error_message = "A group or a rule lacks its description."
  }
  assert {
    condition     = length(aws_default_security_group.this) + length(data.aws_security_group.this) == 0
    error_message = "The default group is changed unasked, or a group is looked up though it is made."
  }
}

run "rules_say_what_was_asked" {
  assert {
    condition = jsonencode({
      for key, rule in aws_vpc_security_group_ingress_rule.this : key => [rule.ip_protocol, rule.from_port, rule.to_port, rule.cidr_ipv4]
      }) == jsonencode({
      "database/itself"     = ["-1", null, null, null]
      "database/web"        = ["tcp", 5432, 5432, null]
      "load-balancer/https" = ["tcp", 443, 443, "0.0.0.0/0"]
      "web/load-balancer"   = ["tcp", 8080, 8080, null]
      "web/metrics"         = ["tcp", 9100, 9105, "10.0.0.0/16"]
      "web/ping"            = ["icmp", -1, -1, null]
      "web/ping-v6"         = ["icmpv6", -1, -1, null]
    })
    error_message = "What comes in is not what the rules say."
  }
  assert {
    condition = alltrue([
      for key, rule in aws_vpc_security_group_ingress_rule.this : rule.security_group_id == aws_security_group.this[split("/", key)[0]].id
      ]) && alltrue([
      for key, rule in aws_vpc_security_group_egress_rule.this : rule.security_group_id == aws_security_group.this[split("/", key)[0]].id
    ])
    error_message = "A rule is in another group than its own."
  }
  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.this["web/load-balancer"].referenced_security_group_id == aws_security_group.this["load-balancer"].id &&
      aws_vpc_security_group_egress_rule.this["load-balancer/web"].referenced_security_group_id == aws_security_group.this["web"].id &&
      aws_vpc_security_group_ingress_rule.this["database/itself"].referenced_security_group_id == aws_security_group.this["database"].id &&
      aws_vpc_security_group_ingress_rule.this["web/ping"].referenced_security_group_id == "sg-0123456789abcdef0" &&
      aws_vpc_security_group_egress_rule.this["database/s3"].prefix_list_id == "pl-0123456789abcdef0"
    )
    error_message = "A rule names another group, or list, than it was given."
  }
  assert {
    condition     = length(distinct(values(output.security_group_ids))) == 3 && output.security_group_ids["web"] == aws_security_group.this["web"].id && output.vpc_id == var.vpc_id
    error_message = "The outputs are not of the groups, by key."
  }
}

run "nothing_leaves_unless_it_is_asked" {
  command = plan

  assert {
    condition     = keys(aws_vpc_security_group_egress_rule.this) == ["database/s3", "load-balancer/web"]
    error_message = "What leaves is not what the rules say: ${join(", ", keys(aws_vpc_security_group_egress_rule.this))}."
  }
  assert {
    condition     = jsonencode({ for key, rule in aws_vpc_security_group_egress_rule.all : key => [rule.ip_protocol, rule.cidr_ipv4, rule.cidr_ipv6] }) == jsonencode({ "web/all/ipv4" = ["-1", "0.0.0.0/0", null], "web/all/ipv6" = ["-1", null, "::/0"] })
    error_message = "egress_all is not for the group that asks, and only for it."
  }
}

run "the_plan_without_one_rule_and_one_group" {
  command = plan

  variables {
    groups = {
      load-balancer = {
        description = "Entry from the internet"
        ingress     = { https = { description = "Users", port = 443, cidr_ipv4 = "0.0.0.0/0" } }
        egress      = { web = { description = "Requests", port = 8080, group = "web" } }
      }
      web = {
        description = "Hosts"
        ingress = {
          load-balancer = { description = "Requests", port = 8080, group = "load-balancer" }
          ping          = { description = "Reachability", protocol = "icmp", security_group_id = "sg-0123456789abcdef0" }
          ping-v6       = { description = "Reachability", protocol = "icmp", cidr_ipv6 = "2001:db8::/32" }
        }
        egress_all = true
      }
    }
  }

  # changes only: ["web/metrics"] ["database"] ["database/web"] ["database/itself"] ["database/s3"]
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.this) == 4
    error_message = "More, or less, than what was taken away goes."
  }
}

run "what_is_public_may_be_open_on_any_port" {
  command = plan

  variables {
    groups = {
      mail = {
        description = "Mail"
        ingress = {
          smtp      = { description = "Other servers", port = 25, cidr_ipv4 = "0.0.0.0/0", public = true }
          wireguard = { description = "Staff", protocol = "udp", port = 51820, cidr_ipv6 = "::/0", public = true }
          office    = { description = "Office", port = 22, cidr_ipv4 = "10.0.0.0/8" }
        }
      }
    }
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.this["mail/smtp"].from_port == 25 && aws_vpc_security_group_ingress_rule.this["mail/wireguard"].cidr_ipv6 == "::/0"
    error_message = "A rule that is said to be public is not made."
  }
}

run "the_default_group_is_closed_where_asked" {
  command = plan

  variables {
    close_default_group = true
  }

  assert {
    condition     = aws_default_security_group.this["main"].vpc_id == "vpc-0a1b2c3d4e5f60718"
    error_message = "The VPC's default group stays open."
  }
}
