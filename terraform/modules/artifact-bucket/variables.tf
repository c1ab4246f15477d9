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
  description = "Team or application that the artifacts are of; the bucket is called `NAME-artifacts-ACCOUNT`."
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
    What encrypts the objects: `s3`: S3's own keys, which are free but are no second permission; `own-key`: a KMS key
    that is created here and rotates, and that readers and writers may use; `given-key`: the key `kms_key_arn`, whose
    policy must let them.
    Objects stay encrypted with the key that they were written with: going away from `own-key` loses them when that key is
    deleted, after 30 days.
  EOT
  type        = string
  default     = "s3"
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

variable "old_version_days" {
  description = "Number of days after which an overwritten or deleted object is removed."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.old_version_days >= 1 && floor(var.old_version_days) == var.old_version_days
    error_message = "old_version_days is a whole number from 1, not ${var.old_version_days}."
  }
}

variable "write_once" {
  description = <<-EOT
    Locks each version for `days`: it cannot be deleted. With `mode` `GOVERNANCE` some principals may bypass the lock, with
    `COMPLIANCE` nobody, not even the owner of the account. With `no_overwrite` an upload must send `If-None-Match: *`, so
    that a name means one artifact for ever. Null for no lock. Changing between null and a value replaces the bucket.
  EOT
  type = object({
    days         = number
    mode         = optional(string, "GOVERNANCE")
    no_overwrite = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.write_once == null || try(var.write_once.days >= 1 && var.write_once.days <= 36500 && floor(var.write_once.days) == var.write_once.days, false)
    error_message = "write_once.days is a whole number from 1 to 36500, not ${try(var.write_once.days, "null")}."
  }
  validation {
    condition     = var.write_once == null || contains(["GOVERNANCE", "COMPLIANCE"], try(var.write_once.mode, ""))
    error_message = "write_once.mode is GOVERNANCE or COMPLIANCE, not ${try(var.write_once.mode, "null")}."
  }
}

variable "force_destroy" {
  description = "Whether the artifacts, all versions of them, go with the bucket; what is locked under `COMPLIANCE` stays, and the bucket with it."
  type        = bool
  default     = false
  nullable    = false
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

variable "applications" {
  description = <<-EOT
    Applications by key: the `prefix` of their artifacts (the key if it is null); `readers` and `writers`, ARNs of
    accounts, roles or users with access below that prefix only; `keep_days`, after which an artifact is deleted: never
    if it is null, since
    a release whose artifact is gone can neither be deployed nor rolled back to.
  EOT
  type = map(object({
    prefix    = optional(string)
    readers   = optional(set(string), [])
    writers   = optional(set(string), [])
    keep_days = optional(number)
  }))
  nullable = false

  validation {
    condition     = length(var.applications) > 0
    error_message = "applications names at least one application."
  }
  validation {
    condition     = alltrue([for key, application in var.applications : can(regex("^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$", key)) && can(regex("^[A-Za-z0-9!_.()-]+(/[A-Za-z0-9!_.()-]+)*$", coalesce(application.prefix, key)))])
    error_message = "Keys and prefixes are letters, digits, ., _ and -, a prefix also parts of them joined by single slashes; not all are: ${join(", ", [for key, application in var.applications : "${key} = ${coalesce(application.prefix, key)}"])}."
  }
  validation {
    condition = alltrue(flatten([
      for key, application in var.applications : [
        for other_key, other in var.applications : key == other_key || !startswith("${coalesce(other.prefix, other_key)}/", "${coalesce(application.prefix, key)}/")
      ]
    ]))
    error_message = "An application's prefix is inside of another's, whose readers would read it: ${join(", ", [for key, application in var.applications : "${key} = ${coalesce(application.prefix, key)}"])}."
  }
  validation {
    condition = alltrue(flatten([
      for application in var.applications : [
        for arn in setunion(application.readers, application.writers) : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(root|(role|user)/[^*]+)$", arn))
      ]
    ]))
    error_message = "readers and writers are ARNs of accounts, roles or users and never everyone; not all are: ${join(", ", flatten([for application in var.applications : [tolist(application.readers), tolist(application.writers)]]))}."
  }
  validation {
    condition     = alltrue([for application in var.applications : coalesce(application.keep_days, 1) >= 1 && floor(coalesce(application.keep_days, 1)) == coalesce(application.keep_days, 1)])
    error_message = "keep_days is a whole number from 1; not all are: ${join(", ", [for key, application in var.applications : "${key} = ${application.keep_days}" if application.keep_days != null])}."
  }
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
