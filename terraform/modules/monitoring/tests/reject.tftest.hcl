mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "shop"
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "unknown_topic_mode" {
  command = plan
  variables {
    topic_mode = "adopt"
  }
  # says: topic_mode is create or reuse, not adopt
  expect_failures = [var.topic_mode]
}

run "missing_topic" {
  command = plan
  variables {
    topic_mode = "reuse"
  }
  # says: topic_mode reuse, and existing lacks: topic.arn.
  expect_failures = [var.existing]
}

run "missing_alarms_and_page" {
  command = plan
  variables {
    mode      = "reuse"
    instances = { web = { instance_id = "i-0123456789abcdef0" } }
    existing  = { topic = { arn = "arn:aws:sns:eu-west-1:111111111111:team" } }
  }
  # says: existing lacks: alarms.instance/web/status, dashboard.name.
  expect_failures = [var.existing]
}

run "surplus_alarm" {
  command = plan
  variables {
    topic_mode = "reuse"
    existing   = { topic = { arn = "arn:aws:sns:eu-west-1:111111111111:team" }, alarms = { down = "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:down" } }
  }
  # says: existing has unused keys: alarms.down.
  expect_failures = [var.existing]
}

run "a_topic_that_is_no_arn" {
  command = plan
  variables {
    topic_mode = "reuse"
    existing   = { topic = { arn = "team" } }
  }
  # says: are ARNs; not all are: team
  expect_failures = [var.existing]
}

run "two_keys" {
  command = plan
  variables {
    kms = { key_arn = "arn:aws:kms:eu-west-1:111111111111:key/1" }
  }
  # says: kms.key_arn needs make_key = false
  expect_failures = [var.kms]
}

run "everybody_as_publisher" {
  command = plan
  variables {
    publishers = ["*"]
  }
  # says: not all are: *
  expect_failures = [var.publishers]
}

run "news_in_the_clear" {
  command = plan
  variables {
    subscriptions = { hook = { protocol = "http", endpoint = "http://example.org" } }
  }
  # says: not so: hook = http
  expect_failures = [var.subscriptions]
}

run "an_alarm_of_no_statistic" {
  command = plan
  variables {
    alarms = { x = { text = "x", namespace = "x", metric = "x", threshold = 1, statistic = "Median" } }
  }
  # says: not so: x = Median
  expect_failures = [var.alarms]
}

run "an_alarm_of_an_alarm_that_is_none" {
  command = plan
  variables {
    composites = { down = { text = "x", alarms = ["service/web/cpu"] } }
  }
  # says: composites names alarms that do not exist: service/web/cpu
  expect_failures = [var.composites]
}

run "logs_for_ever" {
  command = plan
  variables {
    log_groups = { web = { retention_days = 0 } }
  }
  # says: not so: web = 0
  expect_failures = [var.log_groups]
}

run "lines_of_no_log" {
  command = plan
  variables {
    metric_filters = { x = { log_group = "web", pattern = "x", metric = "x" } }
  }
  # says: not in log_groups: web
  expect_failures = [var.metric_filters]
}

run "cadvisor_without_a_cluster" {
  command = plan
  variables {
    cadvisor = { enabled = true }
  }
  # says: cadvisor needs cluster_arn and execution_role_arn
  expect_failures = [var.cadvisor]
}

run "an_image_that_moves" {
  command = plan
  variables {
    fluent_bit = { image = "public.ecr.aws/aws-observability/aws-for-fluent-bit:latest" }
  }
  # says: a tag other than latest, or a digest
  expect_failures = [var.fluent_bit]
}

run "files_it_does_not_see" {
  command = plan
  variables {
    fluent_bit = { paths = ["/etc/shadow"] }
  }
  # says: of which it sees the host's; given: /etc/shadow
  expect_failures = [var.fluent_bit]
}

run "alarm_with_the_name_of_another" {
  command = plan
  variables {
    instances = { web = { instance_id = "i-0000000000000000a" } }
    alarms    = { instance-web-status = { text = "It is down", namespace = "AWS/EC2", metric = "StatusCheckFailed", threshold = 1 } }
  }
  # says: Two alarms would have the same name, KIND-KEY-WHAT
  expect_failures = [var.composites]
}
