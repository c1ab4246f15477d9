variable "mode" {
  description = "`create` makes the bucket, `reuse` finds the one named in `existing`; the outputs are the same."
  type        = string
  default     = "create"
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.mode)
    error_message = "mode is create or reuse, not ${var.mode}."
  }
}

variable "existing" {
  description = "In mode `reuse` the name of the `bucket` and, unless `encryption` is `s3`, the id, ARN or alias of its `kms_key`; empty in mode `create`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(local.expected, [for key, id in var.existing : key if id != ""])) == 0
    error_message = "mode is reuse with encryption = ${var.encryption} and existing lacks: ${join(", ", setsubtract(local.expected, [for key, id in var.existing : key if id != ""]))}."
  }
  validation {
    condition     = length(setsubtract(keys(var.existing), local.expected)) == 0
    error_message = "mode is ${var.mode} with encryption = ${var.encryption} and existing has unused keys: ${join(", ", setsubtract(keys(var.existing), local.expected))}."
  }
}

variable "name" {
  description = "Team or account that the states are of; the bucket is called `NAME-state-ACCOUNT`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,31}$", var.name))
    error_message = "name is up to 32 lower-case letters, digits and -, not ${var.name}."
  }
}

variable "bucket_name" {
  description = "Another name of the bucket; names of buckets are shared by all of AWS. Changing it replaces the bucket."
  type        = string
  default     = null

  validation {
    condition     = var.bucket_name == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name is 3 to 63 lower-case letters, digits, - and ., not ${coalesce(var.bucket_name, "null")}."
  }
}

variable "encryption" {
  description = <<-EOT
    What encrypts the objects: `own-key`: a KMS key that is created here and rotates; `given-key`: the key
    `kms_key_arn`; `s3`: S3's own keys, which are free but are no second permission. Objects stay encrypted with the key that they
    were written with: going away from `own-key` loses them when that key is deleted, after 30 days.
  EOT
  type        = string
  default     = "own-key"
  nullable    = false

  validation {
    condition     = contains(["own-key", "given-key", "s3"], var.encryption)
    error_message = "encryption is own-key, given-key or s3, not ${var.encryption}."
  }
}

variable "kms_key_arn" {
  description = "ARN of the key if `encryption` is `given-key` and `mode` is `create`."
  type        = string
  default     = null

  validation {
    condition     = (var.kms_key_arn != null) == (var.encryption == "given-key" && var.mode == "create")
    error_message = "kms_key_arn belongs to mode create with encryption given-key, and only to it; mode is ${var.mode} and encryption is ${var.encryption}."
  }
  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn is the ARN of a key (an alias can be moved to another), not ${coalesce(var.kms_key_arn, "null")}."
  }
}

variable "old_versions" {
  description = "An old version of an object is removed after `days`, but the newest `keep` versions are never removed."
  type = object({
    days = optional(number, 90)
    keep = optional(number, 20)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.old_versions.days >= 1 && floor(var.old_versions.days) == var.old_versions.days
    error_message = "old_versions.days is a whole number from 1, not ${var.old_versions.days}."
  }
  validation {
    condition     = var.old_versions.keep >= 1 && var.old_versions.keep <= 100 && floor(var.old_versions.keep) == var.old_versions.keep
    error_message = "old_versions.keep is a whole number from 1 to 100, not ${var.old_versions.keep}."
  }
}

variable "access_logs" {
  description = "Where S3 logs each request: a `bucket` that lets logging.s3.amazonaws.com write, and a `prefix` (by default the name of this bucket). Null for no logs."
  type = object({
    bucket = string
    prefix = optional(string)
  })
  default = null
}

variable "deletion_protection" {
  description = "Whether the bucket's policy forbids everybody to delete the bucket. To delete it, apply `false` first, then empty it."
  type        = bool
  default     = true
  nullable    = false
}

variable "states" {
  description = "Terraform states by key, for `policies`: the `key` of the object as in the deployment's backend, its `workspaces`, and their prefix if the backend has another."
  type = map(object({
    key                  = string
    workspaces           = optional(set(string), ["default"])
    workspace_key_prefix = optional(string, "env:")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for state in var.states : can(regex("^[^/*?]+(/[^/*?]+)*$", state.key)) && can(regex("^[^/*?]+(/[^/*?]+)*$", state.workspace_key_prefix))])
    error_message = "key and workspace_key_prefix are parts joined by single slashes, without * or ?; not all are: ${join(", ", [for state in var.states : "${state.workspace_key_prefix} ${state.key}"])}."
  }
  validation {
    condition     = alltrue(flatten([for state in var.states : [length(state.workspaces) > 0, [for workspace in state.workspaces : can(regex("^[A-Za-z0-9._-]+$", workspace))]]]))
    error_message = "workspaces are one or more names of letters, digits, ., _ and -; not all are: ${join("; ", [for key, state in var.states : "${key} = ${join(", ", state.workspaces)}"])}."
  }
  validation {
    condition = length(distinct(flatten([
      for state in var.states : [for workspace in state.workspaces : workspace == "default" ? state.key : "${state.workspace_key_prefix}/${workspace}/${state.key}"]
    ]))) == sum(concat([0], [for state in var.states : length(state.workspaces)]))
    error_message = "Two states are the same object, and would overwrite each other: ${join(", ", [for key, state in var.states : "${key} = ${state.key}"])}."
  }
}

variable "ledgers" {
  description = "Prefixes in the bucket under which runners keep their ledger (`state.location`), by key, for `ledger_policies`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for prefix in var.ledgers : can(regex("^[^/*?]+(/[^/*?]+)*$", prefix))])
    error_message = "ledgers are prefixes, parts joined by single slashes, without * or ?; not all are: ${join(", ", values(var.ledgers))}."
  }
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
