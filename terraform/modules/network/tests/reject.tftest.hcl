mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name  = "shop"
  zones = { a = {}, b = {} }
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
    mode  = "reuse"
    tiers = ["private"]
  }
  # says: existing lacks: private.a, private.b, vpc.id
  expect_failures = [var.existing]
}

run "missing_subnet" {
  command = plan
  variables {
    mode  = "reuse"
    tiers = ["public", "private"]
    existing = {
      vpc     = { id = "vpc-1" }
      public  = { a = "subnet-1", b = "subnet-2" }
      private = { a = "subnet-3", b = "" }
    }
  }
  # says: existing lacks: private.b.
  expect_failures = [var.existing]
}

run "surplus_subnets" {
  command = plan
  variables {
    mode  = "reuse"
    tiers = ["private"]
    existing = {
      vpc     = { id = "vpc-1", cidr = "10.0.0.0/16" }
      private = { a = "subnet-1", b = "subnet-2", c = "subnet-3" }
      data    = { a = "subnet-4" }
      subnets = {}
    }
  }
  # says: mode is reuse and existing has unused keys: data.a, private.c, subnets, vpc.cidr.
  expect_failures = [var.existing]
}

run "name_and_ids" {
  command = plan
  variables {
    mode     = "reuse"
    tiers    = ["private"]
    existing = { vpc = { name = "team", id = "vpc-1" }, private = { a = "subnet-1" } }
  }
  # says: mode is reuse and existing has unused keys: private.a, vpc.id.
  expect_failures = [var.existing]
}

run "empty_name" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { vpc = { name = "" } }
  }
  # says: existing lacks: vpc.name
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { vpc = { id = "vpc-1" } }
  }
  # says: mode is create and existing has unused keys: vpc.id
  expect_failures = [var.existing]
}

run "bad_name" {
  command = plan
  variables {
    name = "Shop VPC"
  }
  # says: not Shop VPC
  expect_failures = [var.name]
}

run "no_network" {
  command = plan
  variables {
    cidr_block = "10.0.0.1/16"
  }
  # says: cidr_block is an IPv4 network such as 10.0.0.0/16, not 10.0.0.1/16
  expect_failures = [var.cidr_block]
}

run "too_small_a_network" {
  command = plan
  variables {
    cidr_block = "10.0.0.0/24"
  }
  # says: 10.0.0.0/24 is too big for a VPC (/16), or too small for subnets of /28 with room for 8 zones
  expect_failures = [var.cidr_block]
}

run "bad_zone_bits" {
  command = plan
  variables {
    zone_bits = 9
  }
  # says: zone_bits is 1, 2, 3 or 4, not 9
  expect_failures = [var.zone_bits]
}

run "no_zone" {
  command = plan
  variables {
    zones = {}
  }
  # says: zones names at least one availability zone
  expect_failures = [var.zones]
}

run "zone_without_a_place" {
  command = plan
  variables {
    zones = { a = {}, lax = { name = "us-west-2-lax-1a" } }
  }
  # says: needs a name and a place: lax
  expect_failures = [var.zones]
}

run "zone_out_of_room" {
  command = plan
  variables {
    zone_bits = 1
    zones     = { a = {}, c = {} }
  }
  # says: Places are 0 to 1 with zone_bits = 1
  expect_failures = [var.zones]
}

run "two_zones_in_one_place" {
  command = plan
  variables {
    zones = { a = {}, b = { place = 0 } }
  }
  # says: Two zones have the same place: a = 0, b = 0
  expect_failures = [var.zones]
}

run "addresses_of_no_tier" {
  command = plan
  variables {
    zones = { a = { cidr_blocks = { web = "10.0.0.0/24" } } }
  }
  # says: cidr_blocks are IPv4 networks by tier
  expect_failures = [var.zones]
}

run "unknown_tier" {
  command = plan
  variables {
    tiers = ["public", "private", "web"]
  }
  # says: tiers are some of public, private and data, not: private, public, web
  expect_failures = [var.tiers]
}

run "unknown_nat" {
  command = plan
  variables {
    nat = "per-az"
  }
  # says: nat is none, single or per-zone, not per-az
  expect_failures = [var.nat]
}

run "nat_without_public_subnets" {
  command = plan
  variables {
    tiers = ["private", "data"]
  }
  # says: nat = single needs the tiers public and private
  expect_failures = [var.nat]
}

run "unknown_destination_of_flow_logs" {
  command = plan
  variables {
    flow_logs = { destination = "kinesis" }
  }
  # says: flow_logs.destination is cloudwatch, s3 or none, not kinesis
  expect_failures = [var.flow_logs]
}

run "flow_logs_without_their_bucket" {
  command = plan
  variables {
    flow_logs = { destination = "s3" }
  }
  # says: flow_logs.bucket_arn belongs to destination s3
  expect_failures = [var.flow_logs]
}

run "unknown_traffic" {
  command = plan
  variables {
    flow_logs = { traffic = "NONE" }
  }
  # says: flow_logs.traffic is ALL, ACCEPT or REJECT, not NONE
  expect_failures = [var.flow_logs]
}

run "path_without_slashes" {
  command = plan
  variables {
    path = "team"
  }
  # says: path begins and ends with /, not team
  expect_failures = [var.path]
}

run "boundary_that_is_no_policy" {
  command = plan
  variables {
    permissions_boundary = "arn:aws:iam::111111111111:role/team"
  }
  # says: permissions_boundary is the ARN of a policy
  expect_failures = [var.permissions_boundary]
}
