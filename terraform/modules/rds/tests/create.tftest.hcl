mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name           = "shop"
  vpc_id         = "vpc-0a1b2c3d4e5f60718"
  subnet_ids     = { a = "subnet-0000000000000000a", b = "subnet-0000000000000000b" }
  clients        = { web = { security_group_id = "sg-0000000000000000a" }, office = { cidr_block = "10.9.0.0/24" } }
  engine         = "mysql"
  engine_version = "8.4"
  database_name  = "shop"
  tags           = { application = "shop" }
}

run "defaults_protect_the_data" {
  command = plan

  assert {
    condition     = aws_db_instance.this["main"].storage_encrypted && !aws_db_instance.this["main"].publicly_accessible
    error_message = "The disk is not encrypted, or the instance has a public address."
  }
  assert {
    condition     = aws_db_instance.this["main"].multi_az && aws_db_instance.this["main"].deletion_protection
    error_message = "A lost zone, or a wrong word, loses the database."
  }
  assert {
    condition = (
      aws_db_instance.this["main"].backup_retention_period == 14 && aws_db_instance.this["main"].copy_tags_to_snapshot &&
      !aws_db_instance.this["main"].skip_final_snapshot && !aws_db_instance.this["main"].delete_automated_backups
    )
    error_message = "What was written is gone with the instance."
  }
  assert {
    condition     = aws_db_instance.this["main"].manage_master_user_password && aws_db_instance.this["main"].password == null
    error_message = "The password is in the configuration, or nobody's."
  }
  assert {
    condition     = aws_db_instance.this["main"].storage_type == "gp3" && aws_db_instance.this["main"].allocated_storage == 20 && aws_db_instance.this["main"].max_allocated_storage == 100
    error_message = "The disk does not grow by itself."
  }
  assert {
    condition     = aws_db_instance.this["main"].auto_minor_version_upgrade && !aws_db_instance.this["main"].allow_major_version_upgrade && !aws_db_instance.this["main"].apply_immediately
    error_message = "Security fixes wait, or changes restart the database in the middle of the day."
  }
  assert {
    condition     = jsonencode(aws_db_subnet_group.this["main"].subnet_ids) == jsonencode(["subnet-0000000000000000a", "subnet-0000000000000000b"])
    error_message = "The instance may stand elsewhere than in the given subnets."
  }
  assert {
    condition     = aws_db_instance.this["main"].tags == tomap({ application = "shop" })
    error_message = "The instance lacks its tags."
  }
  assert {
    condition     = length(data.aws_db_instance.this) == 0
    error_message = "An instance is looked up though it is made."
  }
}

run "connections_need_tls_and_slow_queries_are_logged" {
  command = plan

  assert {
    condition     = aws_db_parameter_group.this["main"].family == "mysql8.4"
    error_message = "The parameters are not of the engine's family."
  }
  assert {
    condition = { for parameter in aws_db_parameter_group.this["main"].parameter : parameter.name => parameter.value } == {
      log_output = "FILE", require_secure_transport = "1", slow_query_log = "1"
    }
    error_message = "A connection without TLS is accepted, or slow queries are not written to the log."
  }
  assert {
    condition     = alltrue([for parameter in aws_db_parameter_group.this["main"].parameter : parameter.apply_method == "pending-reboot"])
    error_message = "A parameter whose value is the default would be planned for ever."
  }
  assert {
    condition     = toset(aws_db_instance.this["main"].enabled_cloudwatch_logs_exports) == toset(["error", "slowquery"])
    error_message = "Logs stay on the instance."
  }
  assert {
    condition     = { for key, group in aws_cloudwatch_log_group.this : group.name => group.retention_in_days } == { "/aws/rds/instance/shop/error" = 90, "/aws/rds/instance/shop/slowquery" = 90 }
    error_message = "Logs are kept for ever, in groups that AWS makes."
  }
}

run "postgres_has_its_own_words" {
  command = plan

  variables {
    engine         = "postgres"
    engine_version = "17"
    parameters     = { log_statement = { value = "none" }, work_mem = { value = "8192", apply = "immediate" } }
  }

  assert {
    condition = jsonencode({ for parameter in aws_db_parameter_group.this["main"].parameter : parameter.name => [parameter.value, parameter.apply_method] }) == jsonencode({
      log_min_duration_statement = ["2000", "pending-reboot"]
      log_statement              = ["none", "pending-reboot"]
      "rds.force_ssl"            = ["1", "pending-reboot"]
      work_mem                   = ["8192", "immediate"]
    })
    error_message = "TLS is not required, or the caller's parameters do not win."
  }
  assert {
    condition     = aws_db_parameter_group.this["main"].family == "postgres17" && aws_db_instance.this["main"].port == 5432
    error_message = "Family or port are those of another engine."
  }
  assert {
    condition     = toset(keys(aws_cloudwatch_log_group.this)) == toset(["postgresql", "upgrade"])
    error_message = "The log groups are not those of the engine."
  }
}

run "only_clients_connect" {
  assert {
    condition     = aws_vpc_security_group_ingress_rule.clients["web"].referenced_security_group_id == "sg-0000000000000000a" && aws_vpc_security_group_ingress_rule.clients["office"].cidr_ipv4 == "10.9.0.0/24"
    error_message = "A rule names another than its client."
  }
  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.clients : rule.from_port == 3306 && rule.to_port == 3306 && rule.ip_protocol == "tcp"])
    error_message = "A client reaches more than the database."
  }
  assert {
    condition     = jsonencode(aws_db_instance.this["main"].vpc_security_group_ids) == jsonencode([aws_security_group.this["main"].id]) && output.security_group_ids == toset([aws_security_group.this["main"].id])
    error_message = "The instance does not have the group that was made for it."
  }
  assert {
    condition = (
      output.address == "made.c1.eu-west-1.rds.amazonaws.com" && output.port == 3306 && output.database_name == "shop" && output.username == "dbadmin" &&
      output.instance_id == "shop" && output.instance_arn == aws_db_instance.this["main"].arn && output.secret_arn == aws_db_instance.this["main"].master_user_secret[0].secret_arn
    )
    error_message = "The outputs are not of the instance that was made."
  }
  assert {
    condition     = can(regex("^shop-final-[0-9a-f]{8}$", aws_db_instance.this["main"].final_snapshot_identifier))
    error_message = "A second final snapshot would have the name of the first and keep the instance from being deleted."
  }
}

run "a_client_goes_without_the_others" {
  command = plan

  variables {
    clients = { office = { cidr_block = "10.9.0.0/24" } }
  }

  # changes only: ["web"]
  assert {
    condition     = keys(aws_vpc_security_group_ingress_rule.clients) == ["office"]
    error_message = "The client can still connect."
  }
}

run "groups_of_ones_own_need_no_other" {
  command = plan

  variables {
    clients            = {}
    security_group_ids = ["sg-0000000000000000b"]
  }

  assert {
    condition     = length(aws_security_group.this) == 0 && jsonencode(aws_db_instance.this["main"].vpc_security_group_ids) == jsonencode(["sg-0000000000000000b"])
    error_message = "A group is made that nobody asked for, or the given one is not used."
  }
}

run "it_is_watched_by_a_role_of_its_own" {
  assert {
    condition     = aws_db_instance.this["main"].monitoring_interval == 60 && aws_db_instance.this["main"].monitoring_role_arn == aws_iam_role.monitoring["main"].arn
    error_message = "The operating system's metrics are not written."
  }
  assert {
    condition     = jsondecode(aws_iam_role.monitoring["main"].assume_role_policy).Statement[0].Condition.ArnLike["aws:SourceArn"] == "arn:aws:rds:*:111111111111:db:shop"
    error_message = "Another database may use the role."
  }
  assert {
    condition     = aws_db_instance.this["main"].performance_insights_enabled && aws_db_instance.this["main"].performance_insights_retention_period == 7
    error_message = "What the database waits for is not recorded."
  }
}

run "its_role_stays_within_the_boundary" {
  command = plan

  variables {
    path                 = "/delivery/"
    permissions_boundary = "arn:aws:iam::111111111111:policy/developers"
  }

  assert {
    condition     = aws_iam_role.monitoring["main"].path == "/delivery/" && aws_iam_role.monitoring["main"].permissions_boundary == "arn:aws:iam::111111111111:policy/developers"
    error_message = "An account that asks for a boundary refuses the role."
  }
}

# The new group is made first, under another name, and the instance goes over to it in the same call as to the new version.
run "a_major_upgrade_brings_a_group_of_its_family" {
  command = plan

  variables {
    engine_version              = "9.0"
    allow_major_version_upgrade = true
    apply_immediately           = true
  }

  assert {
    condition     = aws_db_parameter_group.this["main"].family == "mysql9.0" && aws_db_parameter_group.this["main"].name_prefix == "shop-"
    error_message = "The old group would have to go while the instance is in it."
  }
  assert {
    condition     = aws_db_instance.this["main"].engine_version == "9.0" && aws_db_instance.this["main"].allow_major_version_upgrade && aws_db_instance.this["main"].apply_immediately
    error_message = "RDS refuses the version, or makes it later than Terraform deletes the old group."
  }
}

run "less_protection_is_asked_for" {
  command = plan

  variables {
    multi_az             = false
    deletion_protection  = false
    final_snapshot       = false
    tls_required         = false
    enhanced_monitoring  = { seconds = 0 }
    performance_insights = { enabled = false }
    storage              = { max_gib = 0 }
  }

  assert {
    condition     = !aws_db_instance.this["main"].multi_az && !aws_db_instance.this["main"].deletion_protection && aws_db_instance.this["main"].skip_final_snapshot && aws_db_instance.this["main"].delete_automated_backups
    error_message = "A trial cannot be thrown away."
  }
  assert {
    condition     = anytrue([for parameter in aws_db_parameter_group.this["main"].parameter : parameter.name == "require_secure_transport" && parameter.value == "0"])
    error_message = "TLS is still required."
  }
  assert {
    condition     = length(aws_iam_role.monitoring) == 0 && aws_db_instance.this["main"].monitoring_interval == 0
    error_message = "A role is made that nothing uses."
  }
}

run "a_restored_instance_keeps_the_names_of_its_snapshot" {
  state_key = "restored"

  variables {
    snapshot_id = "shop-final-1b2c3d4e"
  }

  assert {
    condition     = aws_db_instance.this["main"].snapshot_identifier == "shop-final-1b2c3d4e"
    error_message = "The instance does not begin with the snapshot."
  }
  assert {
    condition     = output.database_name != "shop" && output.username != "dbadmin"
    error_message = "Name and user are said too, and would replace an instance whose snapshot has others."
  }
}

run "a_newer_snapshot_throws_nothing_away" {
  command   = plan
  state_key = "restored"

  variables {
    snapshot_id = "shop-final-5f607182"
  }

  assert {
    condition     = aws_db_instance.this["main"].snapshot_identifier == "shop-final-1b2c3d4e"
    error_message = "What was written since the instance was made would be lost."
  }
}
