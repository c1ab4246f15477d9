variable "mode" {
  description = "`create` creates the secret and the task that creates the user, `reuse` finds the secret named in `existing`; the outputs are the same."
  type        = string
  default     = "create"
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.mode)
    error_message = "mode is create or reuse, not ${var.mode}."
  }
}

variable "existing" {
  description = "In mode `reuse` the name or ARN of the `secret`; empty in mode `create`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(local.expected, [for key, id in var.existing : key if id != ""])) == 0
    error_message = "mode is reuse and existing lacks: ${join(", ", setsubtract(local.expected, [for key, id in var.existing : key if id != ""]))}."
  }
  validation {
    condition     = length(setsubtract(keys(var.existing), local.expected)) == 0
    error_message = "mode is ${var.mode} and existing has unused keys: ${join(", ", setsubtract(keys(var.existing), local.expected))}."
  }
}

variable "name" {
  description = "Name of the deployment; resources are named after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]{0,199}$", var.name)) && !can(regex("-[A-Za-z0-9]{6}$", coalesce(var.secret.name, "${var.name}/database")))
    error_message = "name is up to 200 letters, digits and -, and the secret's name does not end in - and six letters or digits; not ${coalesce(var.secret.name, var.name)}."
  }
}

variable "username" {
  description = "User that is created: up to 32 lower-case letters, digits and _. Another name creates another user; the old one stays until somebody drops it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,31}$", var.username))
    error_message = "username is up to 32 lower-case letters, digits and _, and begins with a letter; not ${var.username}."
  }
}

variable "database" {
  description = <<-EOT
    The database: its `engine` (`mysql`, `mariadb`, `postgres`), `address`, `port`, the `name` of the user's database,
    which is created if it is missing, and the ARN of the master user's secret, `secret_arn`: the outputs of the module `rds`.
  EOT
  type = object({
    engine     = string
    address    = string
    port       = number
    name       = string
    secret_arn = string
  })
  default = null

  validation {
    condition     = var.mode == "reuse" || var.database != null
    error_message = "database names the database in which the user is created."
  }
  validation {
    condition     = var.database == null || contains(["mysql", "mariadb", "postgres"], try(var.database.engine, ""))
    error_message = "database.engine is mysql, mariadb or postgres, not ${try(var.database.engine, "missing")}."
  }
  validation {
    condition     = var.database == null || can(regex("^[a-zA-Z][a-zA-Z0-9_]{0,62}$", var.database.name))
    error_message = "database.name is up to 63 letters, digits and _, and begins with a letter; not ${try(var.database.name, "missing")}."
  }
}

variable "cluster_arn" {
  description = "Cluster that the task runs in."
  type        = string
  default     = null

  validation {
    condition     = var.mode == "reuse" || can(regex("^arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:cluster/[A-Za-z0-9_-]+$", var.cluster_arn))
    error_message = "cluster_arn is the ARN of an ECS cluster, not ${coalesce(var.cluster_arn, "missing")}."
  }
}

variable "subnet_ids" {
  description = "Subnets of the task by zone. The database, the registry of the image and AWS must be reachable from there."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = var.mode == "reuse" || length(var.subnet_ids) > 0
    error_message = "subnet_ids names at least one subnet."
  }
}

variable "security_group_ids" {
  description = "Security groups of the task: those of the application, which the database accepts."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = var.mode == "reuse" || length(var.security_group_ids) > 0
    error_message = "security_group_ids names at least one group."
  }
}

variable "assign_public_ip" {
  description = "Whether the task has a public address: for public subnets of a network without a NAT gateway."
  type        = bool
  default     = false
  nullable    = false
}

variable "execution_role_arn" {
  description = "Role that reads both secrets for the task: of kind `task-execution` of the module `iam-roles`, and of nobody else, as it may read the master's."
  type        = string
  default     = null

  validation {
    condition     = var.mode == "reuse" || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$", var.execution_role_arn))
    error_message = "execution_role_arn is the ARN of a role, not ${coalesce(var.execution_role_arn, "missing")}."
  }
}

variable "launch_type" {
  description = "`FARGATE`, or `EC2` for a cluster of instances."
  type        = string
  default     = "FARGATE"
  nullable    = false

  validation {
    condition     = contains(["FARGATE", "EC2"], var.launch_type)
    error_message = "launch_type is FARGATE or EC2, not ${var.launch_type}."
  }
}

variable "capacity_provider" {
  description = "Capacity provider of the cluster that places the task; without one it is started by its launch type."
  type        = string
  default     = null
}

variable "architecture" {
  description = "`x86_64` or `arm64`: what the task's machine is."
  type        = string
  default     = "x86_64"
  nullable    = false

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "architecture is x86_64 or arm64, not ${var.architecture}."
  }
}

variable "image" {
  description = "Image with the database's client and `sh`; if null, the official image of the engine from AWS's public registry. Without internet access, name your own copy by digest."
  type        = string
  default     = null
}

variable "secret" {
  description = "The secret: its `name` (`NAME/database`), `kms_key_arn` for your own key, `recovery_days`, for which it can be restored when it was deleted: 7 to 30, or 0 for none."
  type = object({
    name          = optional(string)
    kms_key_arn   = optional(string)
    recovery_days = optional(number, 30)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(concat([0], range(7, 31)), var.secret.recovery_days)
    error_message = "secret.recovery_days is 7 to 30, or 0 for a secret that goes at once; not ${var.secret.recovery_days}."
  }
}

variable "logs" {
  description = "How many days the output of the task is kept (`retention_days`), and an optional key that encrypts it (`kms_key_arn`)."
  type = object({
    retention_days = optional(number, 90)
    kms_key_arn    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.logs.retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731 … 3653 days, not ${var.logs.retention_days}."
  }
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
