variable "mode" {
  description = "`create` makes the secrets, without values, `reuse` finds those named in `existing`; the outputs are the same."
  type        = string
  default     = "create"
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.mode)
    error_message = "mode is create or reuse, not ${var.mode}."
  }
}

variable "existing" {
  description = "In mode `reuse` the name or ARN of the secret that stands for each key of `secrets`; empty in mode `create`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(local.expected, [for key, name in var.existing : key if name != ""])) == 0
    error_message = "mode is reuse and existing lacks: ${join(", ", setsubtract(local.expected, [for key, name in var.existing : key if name != ""]))}."
  }
  validation {
    condition     = length(setsubtract(keys(var.existing), local.expected)) == 0
    error_message = "mode is ${var.mode} and existing has unused keys: ${join(", ", setsubtract(keys(var.existing), local.expected))}."
  }
}

variable "name" {
  description = "Application or environment; a secret without `name` is called `NAME/KEY`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9/_+=.@-]{1,128}$", var.name))
    error_message = "name is up to 128 letters, digits and /_+=.@-, not ${var.name}."
  }
}

variable "secrets" {
  description = <<-EOT
    Secrets by key; other configuration uses the key for the secret and must stay. `description` of what it is for; `name` in
    Secrets Manager; `kms_key_arn` for your own key; `recovery_days`, for which a deleted secret can be restored, 7 to 30, or 0
    for none; `readers`, ARNs of accounts, roles or users that may read it by its own policy (those elsewhere need a `kms_key_arn` that
    lets them); `rotation` by the function `lambda_arn` every so many `days`, `immediately` also when it is set up.
  EOT
  type = map(object({
    description   = optional(string, "")
    name          = optional(string)
    kms_key_arn   = optional(string)
    recovery_days = optional(number, 30)
    readers       = optional(set(string), [])
    rotation = optional(object({
      lambda_arn  = string
      days        = optional(number, 30)
      immediately = optional(bool, false)
    }))
  }))
  nullable = false

  validation {
    condition     = length(var.secrets) > 0
    error_message = "secrets names at least one secret."
  }
  validation {
    condition     = var.mode == "reuse" || alltrue([for secret in var.secrets : secret.description != "" && length(secret.description) <= 2048])
    error_message = "A secret is described, in up to 2048 characters; these are not: ${join(", ", [for key, secret in var.secrets : key if secret.description == "" || length(secret.description) > 2048])}."
  }
  # A name that ends like the part that AWS adds to an ARN would be found by another secret's ARN.
  validation {
    condition = alltrue([
      for key, secret in var.secrets :
      can(regex("^[A-Za-z0-9/_+=.@-]{1,512}$", coalesce(secret.name, "${var.name}/${key}"))) && !can(regex("-[A-Za-z0-9]{6}$", coalesce(secret.name, "${var.name}/${key}")))
    ])
    error_message = "A secret's name is letters, digits and /_+=.@-, and does not end in - and six letters or digits; not so: ${join(", ", [for key, secret in var.secrets : coalesce(secret.name, "${var.name}/${key}") if !can(regex("^[A-Za-z0-9/_+=.@-]{1,512}$", coalesce(secret.name, "${var.name}/${key}"))) || can(regex("-[A-Za-z0-9]{6}$", coalesce(secret.name, "${var.name}/${key}")))])}."
  }
  validation {
    condition     = length(distinct([for key, secret in var.secrets : coalesce(secret.name, "${var.name}/${key}")])) == length(var.secrets)
    error_message = "Two keys of secrets have the same name: ${join(", ", [for key, secret in var.secrets : coalesce(secret.name, "${var.name}/${key}")])}."
  }
  validation {
    condition     = alltrue([for secret in var.secrets : contains(concat([0], range(7, 31)), secret.recovery_days)])
    error_message = "recovery_days is 7 to 30, or 0 for a secret that goes at once; not so: ${join(", ", [for key, secret in var.secrets : "${key} = ${secret.recovery_days}" if !contains(concat([0], range(7, 31)), secret.recovery_days)])}."
  }
  validation {
    condition = alltrue(flatten([
      for secret in var.secrets : [for arn in secret.readers : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(root|(role|user)/[^*]+)$", arn))]
    ]))
    error_message = "readers are ARNs of accounts, roles or users and never everyone; not all are: ${join(", ", flatten([for secret in var.secrets : tolist(secret.readers)]))}."
  }
  validation {
    condition     = alltrue([for secret in var.secrets : secret.rotation == null || try(contains(range(1, 1001), secret.rotation.days), false)])
    error_message = "rotation.days is 1 to 1000; not so: ${join(", ", [for key, secret in var.secrets : key if !(secret.rotation == null || try(contains(range(1, 1001), secret.rotation.days), false))])}."
  }
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
