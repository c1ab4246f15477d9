# The database instance, where it stands and what it is tuned with. Who may connect is in access.tf, what it tells of itself in
# watching.tf.

locals {
  create  = var.mode == "create"
  created = local.create ? { main = var.name } : {}

  port   = coalesce(var.port, var.engine == "postgres" ? 5432 : 3306)
  family = var.engine == "postgres" ? "postgres${split(".", var.engine_version)[0]}" : "${var.engine}${join(".", slice(split(".", var.engine_version), 0, 2))}"

  tls_parameter = var.engine == "postgres" ? "rds.force_ssl" : "require_secure_transport"
  log_parameters = (
    var.engine == "postgres"
    ? { log_min_duration_statement = "2000", log_statement = "ddl" }
    : { log_output = "FILE", slow_query_log = "1" }
  )
  # What waits for a reboot is there when a new instance starts first, and AWS reports it as it was given also where the value is
  # the engine's default; `immediate` would be planned again and again then.
  parameters = merge(
    { for name, value in merge({ (local.tls_parameter) = var.tls_required ? "1" : "0" }, local.log_parameters) : name => { value = value, apply = "pending-reboot" } },
    var.parameters,
  )

  # What `existing` must name, and what it may name beside that. Both depend on other variables only, so that validations of `existing`
  # can say them.
  expected = var.mode == "reuse" ? ["instance"] : []
  optional = var.mode == "reuse" ? ["secret"] : []
}

resource "aws_db_subnet_group" "this" {
  for_each = local.created

  name        = each.value
  description = "Where ${each.value} may stand."
  subnet_ids  = values(var.subnet_ids)
  tags        = var.tags
}

# With a prefix and made before the old one goes: a new major version needs a group of another family while the old is in use.
resource "aws_db_parameter_group" "this" {
  for_each = local.created

  name_prefix = "${each.value}-"
  description = "What ${each.value} is tuned with."
  family      = local.family
  tags        = var.tags

  dynamic "parameter" {
    for_each = local.parameters

    content {
      name         = parameter.key
      value        = parameter.value.value
      apply_method = parameter.value.apply
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

# The final snapshot needs a name that no earlier one has, or the instance cannot be deleted. This id is made anew with each
# instance: what replaces the instance replaces it too. It is Terraform's own resource and needs no provider.
resource "terraform_data" "final_snapshot" {
  for_each = local.created

  triggers_replace = [var.name, var.engine, var.database_name, var.username, var.storage.kms_key_arn]
}

resource "aws_db_instance" "this" {
  #checkov:skip=CKV_AWS_129:Every log of the engine is exported by default, which the scan does not see in local.log_exports
  #checkov:skip=CKV_AWS_133:Backups cannot be turned off, a validation asks for 1 to 35 days
  #checkov:skip=CKV_AWS_118:On by default; a deployment that wants less says so
  #checkov:skip=CKV_AWS_157:On by default; a deployment that wants less says so
  #checkov:skip=CKV_AWS_293:On by default; a deployment that wants less says so
  #checkov:skip=CKV_AWS_353:On by default; a deployment that wants less says so
  #checkov:skip=CKV2_AWS_69:The parameter group requires TLS, in a dynamic block that the scan does not read
  for_each = local.created

  identifier     = each.value
  engine         = var.engine
  engine_version = var.engine_version
  instance_class = var.instance_class

  # A restored instance has the name and the user of its snapshot; saying them too would replace it when they differ.
  snapshot_identifier = var.snapshot_id
  db_name             = var.snapshot_id == null ? var.database_name : null
  username            = var.snapshot_id == null ? var.username : null
  port                = local.port

  # AWS makes the password, rotates it and keeps it in Secrets Manager: it is in no configuration and no state.
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = var.password_kms_key_arn
  iam_database_authentication_enabled = var.iam_authentication

  db_subnet_group_name   = aws_db_subnet_group.this[each.key].name
  vpc_security_group_ids = local.security_group_ids
  publicly_accessible    = false
  multi_az               = var.multi_az
  ca_cert_identifier     = var.ca_certificate
  parameter_group_name   = aws_db_parameter_group.this[each.key].name

  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = var.storage.kms_key_arn
  allocated_storage     = var.storage.gib
  max_allocated_storage = var.storage.max_gib
  iops                  = var.storage.iops
  storage_throughput    = var.storage.throughput

  backup_retention_period   = var.backup.days
  backup_window             = var.backup.window
  copy_tags_to_snapshot     = true
  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = !var.final_snapshot
  final_snapshot_identifier = var.final_snapshot ? "${each.value}-final-${substr(terraform_data.final_snapshot[each.key].id, 0, 8)}" : null
  delete_automated_backups  = !var.final_snapshot

  maintenance_window          = var.maintenance_window
  auto_minor_version_upgrade  = var.auto_minor_version_upgrade
  allow_major_version_upgrade = var.allow_major_version_upgrade
  apply_immediately           = var.apply_immediately

  enabled_cloudwatch_logs_exports       = local.log_exports
  monitoring_interval                   = var.enhanced_monitoring.seconds
  monitoring_role_arn                   = local.monitoring_role_arn
  performance_insights_enabled          = var.performance_insights.enabled
  performance_insights_retention_period = var.performance_insights.enabled ? var.performance_insights.days : null
  performance_insights_kms_key_id       = var.performance_insights.enabled ? var.performance_insights.kms_key_arn : null

  tags = var.tags

  lifecycle {
    # A snapshot is read when the instance is made; naming a newer one must not throw away what has been written since.
    ignore_changes = [snapshot_identifier]
  }

  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy_attachment.monitoring]
}
