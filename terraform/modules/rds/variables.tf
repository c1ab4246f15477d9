variable "mode" {
  description = "`create` makes the database instance, `reuse` finds the one named in `existing`; the outputs are the same."
  type        = string
  default     = "create"
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.mode)
    error_message = "mode is create or reuse, not ${var.mode}."
  }
}

variable "existing" {
  description = "In mode `reuse` the identifier of the `instance` and, if RDS does not keep its password, the ARN of the `secret` that does; empty in mode `create`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(local.expected, [for key, id in var.existing : key if id != ""])) == 0
    error_message = "mode is reuse and existing lacks: ${join(", ", setsubtract(local.expected, [for key, id in var.existing : key if id != ""]))}."
  }
  validation {
    condition     = length(setsubtract(keys(var.existing), concat(local.expected, local.optional))) == 0
    error_message = "mode is ${var.mode} and existing has unused keys: ${join(", ", setsubtract(keys(var.existing), concat(local.expected, local.optional)))}."
  }
  validation {
    condition     = alltrue([for key, id in var.existing : can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:", id)) if key == "secret"])
    error_message = "existing.secret is the ARN of a Secrets Manager secret, not ${lookup(var.existing, "secret", "missing")}."
  }
}

variable "name" {
  description = "Identifier of the instance; resources are named after it. It stays: AWS gives an instance no other subnet group of the same VPC."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9])*$", var.name)) && length(var.name) <= 40
    error_message = "name is up to 40 lower-case letters, digits and single -, and begins with a letter; not ${var.name}."
  }
}

variable "vpc_id" {
  description = "VPC of the database; an existing instance in another one is refused."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets by zone that the instance may stand in, without a way from the internet; two at least, in mode `create`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = var.mode == "reuse" || length(var.subnet_ids) >= 2
    error_message = "subnet_ids names subnets in two zones at least, also where multi_az is false; given: ${join(", ", keys(var.subnet_ids))}."
  }
}

variable "clients" {
  description = <<-EOT
    Who may connect, by key: `security_group_id` of the clients, or `cidr_block`, their addresses. A security group with
    one rule for each is created. If this is empty there is no group: set `security_group_ids`.
  EOT
  type = map(object({
    security_group_id = optional(string)
    cidr_block        = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for client in var.clients : (client.security_group_id == null) != (client.cidr_block == null)])
    error_message = "A client is either a security_group_id or a cidr_block; not so: ${join(", ", [for key, client in var.clients : key if(client.security_group_id == null) == (client.cidr_block == null)])}."
  }
  validation {
    condition     = alltrue([for client in var.clients : can(cidrnetmask(client.cidr_block)) && !endswith(coalesce(client.cidr_block, "-"), "/0") if client.cidr_block != null])
    error_message = "cidr_block of a client is an IPv4 network and never the whole internet; not so: ${join(", ", [for key, client in var.clients : "${key} = ${client.cidr_block}" if client.cidr_block != null])}."
  }
}

variable "security_group_ids" {
  description = "Additional security groups of the instance, besides the one for `clients`."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = var.mode == "reuse" || length(var.clients) + length(var.security_group_ids) > 0
    error_message = "Nobody could connect: name clients, or give security_group_ids."
  }
}

variable "engine" {
  description = "`mysql`, `mariadb` or `postgres`."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["mysql", "mariadb", "postgres"], var.engine)
    error_message = "engine is mysql, mariadb or postgres, not ${var.engine}."
  }
}

variable "engine_version" {
  description = "Major version (`8.4` of mysql, `11.4` of mariadb, `17` of postgres). Set a minor version only with `auto_minor_version_upgrade = false`, so that AWS does not raise it."
  type        = string
  nullable    = false

  validation {
    condition = can(regex(
      var.engine == "postgres" ? (var.auto_minor_version_upgrade ? "^[0-9]{2}$" : "^[0-9]{2}([.][0-9]+)?$") : (var.auto_minor_version_upgrade ? "^[0-9]+[.][0-9]+$" : "^[0-9]+[.][0-9]+([.][0-9]+)?$"),
      var.engine_version,
    ))
    error_message = "engine_version of ${var.engine} is ${var.engine == "postgres" ? "a number such as 17" : "two numbers such as 8.4"}${var.auto_minor_version_upgrade ? ", without the minor version, which AWS raises" : ""}; not ${var.engine_version}."
  }
}

variable "instance_class" {
  description = "Size of the instance."
  type        = string
  default     = "db.t4g.medium"
  nullable    = false

  validation {
    condition     = can(regex("^db[.][a-z0-9-]+[.][a-z0-9]+$", var.instance_class))
    error_message = "instance_class is a class of RDS such as db.t4g.medium, not ${var.instance_class}."
  }
}

variable "database_name" {
  description = "Database that is created with the instance. Changing it replaces the instance; a restored one keeps its own."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z][a-zA-Z0-9_]{0,62}$", var.database_name))
    error_message = "database_name is letters, digits and _, and begins with a letter; not ${var.database_name}."
  }
}

variable "username" {
  description = "Master user. Changing it replaces the instance; a restored one keeps its own."
  type        = string
  default     = "dbadmin"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,15}$", var.username)) && !contains(["rdsadmin", "root", var.engine == "postgres" ? "admin" : "rdsadmin"], var.username)
    error_message = "username is up to 16 lower-case letters, digits and _, begins with a letter and is not reserved by RDS; not ${var.username}."
  }
}

variable "port" {
  description = "Port; by default that of the engine: 3306 or 5432."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.port, 1150) >= 1150 && coalesce(var.port, 1150) <= 65535
    error_message = "port is 1150 to 65535, not ${coalesce(var.port, 0)}."
  }
}

variable "snapshot_id" {
  description = "Snapshot to start from, in place of an empty database. It is read only when the instance is created. Keep it here afterwards: it sets the name and user of the database."
  type        = string
  default     = null
}

variable "password_kms_key_arn" {
  description = "Key of your own for the secret with the password."
  type        = string
  default     = null
}

variable "iam_authentication" {
  description = "Whether database users may sign in by IAM in place of a password, if the database allows it."
  type        = bool
  default     = true
  nullable    = false
}

variable "tls_required" {
  description = "Whether the database refuses connections without TLS."
  type        = bool
  default     = true
  nullable    = false
}

variable "parameters" {
  description = "Parameters of the engine by name: `value`, and `apply`, `pending-reboot` or `immediate`."
  type = map(object({
    value = string
    apply = optional(string, "pending-reboot")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setintersection(keys(var.parameters), ["require_secure_transport", "rds.force_ssl"])) == 0
    error_message = "tls_required decides whether connections need TLS, not parameters: ${join(", ", setintersection(keys(var.parameters), ["require_secure_transport", "rds.force_ssl"]))}."
  }
  validation {
    condition     = alltrue([for parameter in var.parameters : contains(["pending-reboot", "immediate"], parameter.apply)])
    error_message = "apply of a parameter is pending-reboot or immediate; not so: ${join(", ", [for name, parameter in var.parameters : "${name} = ${parameter.apply}" if !contains(["pending-reboot", "immediate"], parameter.apply)])}."
  }
}

variable "storage" {
  description = <<-EOT
    Disk, gp3 and encrypted, with `kms_key_arn` by a key of your own: `gib` at first, growing by itself up to `max_gib` (0: never).
    Another key replaces the instance. `iops` and `throughput` beyond what gp3 has by itself are to be had from 400 GiB on.
  EOT
  type = object({
    gib         = optional(number, 20)
    max_gib     = optional(number, 100)
    kms_key_arn = optional(string)
    iops        = optional(number)
    throughput  = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.storage.gib >= 20 && (var.storage.max_gib == 0 || var.storage.max_gib >= ceil(var.storage.gib * 1.1))
    error_message = "storage.gib is 20 at least, and max_gib a tenth more or 0; not ${var.storage.gib} and ${var.storage.max_gib}."
  }
  validation {
    condition     = var.storage.gib >= 400 || (var.storage.iops == null && var.storage.throughput == null)
    error_message = "storage.iops and storage.throughput can be chosen from 400 GiB on; gib is ${var.storage.gib}."
  }
}

variable "multi_az" {
  description = "Whether a standby in another zone takes over if the instance is lost. It doubles the price."
  type        = bool
  default     = true
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the instance until this is disabled."
  type        = bool
  default     = true
  nullable    = false
}

variable "final_snapshot" {
  description = "Whether a snapshot is taken when the instance is deleted, and its automated backups are kept for their days."
  type        = bool
  default     = true
  nullable    = false
}

variable "backup" {
  description = "Automated backups, which point-in-time recovery needs: for how many `days` they are kept and in which `window` (UTC) they are made."
  type = object({
    days   = optional(number, 14)
    window = optional(string, "03:00-04:00")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(range(1, 36), var.backup.days)
    error_message = "backup.days is 1 to 35, not ${var.backup.days}: without backups nothing can be recovered."
  }
  validation {
    condition     = can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$", var.backup.window))
    error_message = "backup.window is times such as 03:00-04:00, not ${var.backup.window}."
  }
}

variable "maintenance_window" {
  description = "When AWS may restart the instance (UTC), apart from `backup.window`."
  type        = string
  default     = "sun:05:00-sun:06:00"
  nullable    = false

  validation {
    condition     = can(regex("^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$", var.maintenance_window))
    error_message = "maintenance_window is such as sun:05:00-sun:06:00, in lower case, not ${var.maintenance_window}."
  }
}

variable "auto_minor_version_upgrade" {
  description = "Whether AWS raises the minor version in the maintenance window."
  type        = bool
  default     = true
  nullable    = false
}

variable "allow_major_version_upgrade" {
  description = "Whether a new `engine_version` may be another major version. The upgrade is immediate, with `apply_immediately`."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.allow_major_version_upgrade || var.apply_immediately
    error_message = "allow_major_version_upgrade needs apply_immediately: until the maintenance window the instance would keep its parameter group, which is of the old family and which Terraform could not delete. Apply both at a time when a restart is acceptable, and remove them afterwards."
  }
}

variable "apply_immediately" {
  description = "Whether changes are applied immediately, also those that restart the instance, and not in the maintenance window."
  type        = bool
  default     = false
  nullable    = false
}

variable "ca_certificate" {
  description = "Authority that signs the instance's certificate, which clients verify."
  type        = string
  default     = "rds-ca-rsa2048-g1"
  nullable    = false
}

variable "logs" {
  description = "Logs of the engine in CloudWatch: which it `exports` (error and slow queries if it is null), for how many `retention_days` they are kept, encrypted with `kms_key_arn` if it is set."
  type = object({
    exports        = optional(set(string))
    retention_days = optional(number, 90)
    kms_key_arn    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition = length(setsubtract(
      coalesce(var.logs.exports, []),
      { mysql = ["audit", "error", "general", "slowquery"], mariadb = ["audit", "error", "general", "slowquery"], postgres = ["postgresql", "upgrade", "iam-db-auth-error"] }[var.engine],
    )) == 0
    error_message = "${var.engine} has no such logs: ${join(", ", coalesce(var.logs.exports, []))}."
  }
  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.logs.retention_days)
    error_message = "logs.retention_days is one of the numbers that CloudWatch takes (7, 14, 30, 60, 90, 180, 365 …), not ${var.logs.retention_days}."
  }
}

variable "enhanced_monitoring" {
  description = "Metrics of the operating system every so many `seconds` (0: none), written with a role that is created, or with `role_arn` and `make_role = false`."
  type = object({
    seconds   = optional(number, 60)
    make_role = optional(bool, true)
    role_arn  = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([0, 1, 5, 10, 15, 30, 60], var.enhanced_monitoring.seconds)
    error_message = "enhanced_monitoring.seconds is 0, 1, 5, 10, 15, 30 or 60, not ${var.enhanced_monitoring.seconds}."
  }
  validation {
    condition     = var.enhanced_monitoring.make_role == (var.enhanced_monitoring.role_arn == null)
    error_message = "enhanced_monitoring takes a role_arn with make_role = false, and only then."
  }
}

variable "performance_insights" {
  description = "Performance Insights, kept for this many `days` (7 are free), encrypted with `kms_key_arn` if it is set."
  type = object({
    enabled     = optional(bool, true)
    days        = optional(number, 7)
    kms_key_arn = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(concat([7, 731], [for months in range(1, 24) : months * 31]), var.performance_insights.days)
    error_message = "performance_insights.days is 7, 731 or whole months of 31 days, not ${var.performance_insights.days}."
  }
  validation {
    condition     = !var.performance_insights.enabled || var.engine == "postgres" || !can(regex("^db[.]t[0-9a-z]+[.](micro|small)$", var.instance_class))
    error_message = "${var.engine} on ${var.instance_class} has no performance insights: set performance_insights = { enabled = false }, or take a larger instance_class."
  }
}

variable "path" {
  description = "Path of the role that the module makes. Changing it replaces the role."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9._-]+/)*$", var.path))
    error_message = "path begins and ends with /, not ${var.path}."
  }
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of the role, if the account requires one."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary is the ARN of a policy, not ${coalesce(var.permissions_boundary, "null")}."
  }
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
