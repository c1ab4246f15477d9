mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name            = "shop"
  vpc_id          = "vpc-0a1b2c3d4e5f60718"
  subnet_ids      = { a = "subnet-1" }
  cidr_blocks     = { vpc = "10.0.0.0/16" }
  route_table_ids = { private = { a = "rtb-1" } }
  endpoints       = { s3 = { type = "gateway" }, logs = {} }
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
    mode     = "reuse"
    existing = { endpoints = { s3 = "" } }
  }
  # says: existing lacks: endpoints.logs, endpoints.s3, security_group.id
  expect_failures = [var.existing]
}

run "surplus_ids" {
  command = plan
  variables {
    mode      = "reuse"
    endpoints = { s3 = { type = "gateway" } }
    existing  = { endpoints = { s3 = "vpce-1", logs = "vpce-2" }, security_group = { id = "sg-1" }, groups = {} }
  }
  # says: mode is reuse and existing has unused keys: endpoints.logs, groups, security_group.id
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { endpoints = { s3 = "vpce-1" } }
  }
  # says: mode is create and existing has unused keys: endpoints.s3
  expect_failures = [var.existing]
}

run "bad_name" {
  command = plan
  variables {
    name = "Shop"
  }
  # says: not Shop
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

run "no_endpoint" {
  command = plan
  variables {
    endpoints = {}
  }
  # says: endpoints names at least one endpoint
  expect_failures = [var.endpoints]
}

run "unknown_type" {
  command = plan
  variables {
    endpoints = { logs = { type = "Gateway" } }
  }
  # says: not so: logs = Gateway
  expect_failures = [var.endpoints]
}

run "gateway_of_a_service_that_has_none" {
  command = plan
  variables {
    endpoints = { logs = { type = "gateway" } }
  }
  # says: Only s3 and dynamodb have gateways; not so: logs = logs
  expect_failures = [var.endpoints]
}

run "service_said_twice" {
  command = plan
  variables {
    endpoints = { logs = { service = "logs", service_name = "com.amazonaws.eu-west-1.logs" } }
  }
  # says: service or service_name, not both: logs
  expect_failures = [var.endpoints]
}

run "policies_that_are_none" {
  command = plan
  variables {
    endpoints = { logs = { policy = "Allow" }, ssm = { policy = "{}", account_only = true } }
  }
  # says: not given beside account_only; not so: logs, ssm
  expect_failures = [var.endpoints]
}

run "no_way_to_a_gateway" {
  command = plan
  variables {
    route_table_ids = { private = {} }
  }
  # says: route_table_ids is empty, so nothing can use these gateways: s3
  expect_failures = [var.route_table_ids]
}

run "no_place_for_an_interface" {
  command = plan
  variables {
    subnet_ids = {}
  }
  # says: subnet_ids is empty, and these interfaces need subnets: logs
  expect_failures = [var.subnet_ids]
}

run "nobody_may_ask" {
  command = plan
  variables {
    cidr_blocks = {}
  }
  # says: cidr_blocks is empty, so nothing can connect to these interfaces: logs
  expect_failures = [var.cidr_blocks]
}

run "everybody_may_ask" {
  command = plan
  variables {
    cidr_blocks = { vpc = "0.0.0.0/0" }
  }
  # says: not all are: 0.0.0.0/0
  expect_failures = [var.cidr_blocks]
}
