locals {
  instance = local.create ? {
    id       = aws_db_instance.this["main"].identifier
    arn      = aws_db_instance.this["main"].arn
    address  = aws_db_instance.this["main"].address
    port     = aws_db_instance.this["main"].port
    database = aws_db_instance.this["main"].db_name
    username = aws_db_instance.this["main"].username
    # AWS always tells the secret. Emulators keep no passwords: the name that nothing has lets the rest of a root be tried on them.
    secret = coalesce(
      one(aws_db_instance.this["main"].master_user_secret[*].secret_arn),
      replace(aws_db_instance.this["main"].arn, "/^(arn:[^:]+):rds:([^:]+:[^:]+):db:(.+)$/", "$1:secretsmanager:$2:secret:$3-password"),
    )
    groups = toset(local.security_group_ids)
    } : {
    id       = data.aws_db_instance.this["main"].db_instance_identifier
    arn      = data.aws_db_instance.this["main"].db_instance_arn
    address  = data.aws_db_instance.this["main"].address
    port     = data.aws_db_instance.this["main"].port
    database = data.aws_db_instance.this["main"].db_name
    username = data.aws_db_instance.this["main"].master_username
    secret   = lookup(var.existing, "secret", one(data.aws_db_instance.this["main"].master_user_secret[*].secret_arn))
    groups   = toset(data.aws_db_instance.this["main"].vpc_security_groups)
  }
}

output "address" {
  description = "Host name to connect to."
  value       = local.instance.address
}

output "port" {
  description = "Port to connect to."
  value       = local.instance.port
}

output "database_name" {
  description = "Name of the database that the instance was made with."
  value       = local.instance.database
}

output "username" {
  description = "Name of the master user."
  value       = local.instance.username
}

output "secret_arn" {
  description = "ARN of the Secrets Manager secret with the master user's `username` and `password`, never the password itself."
  value       = local.instance.secret
}

output "instance_arn" {
  description = "ARN of the instance: what policies name."
  value       = local.instance.arn
}

output "instance_id" {
  description = "Identifier of the instance, also in CloudWatch metrics."
  value       = local.instance.id
}

output "security_group_ids" {
  description = "Security groups of the instance, for rules of clients."
  value       = local.instance.groups
}
