variable "mode" {
  description = "`create` gives EC2 the public keys, `reuse` finds the key pairs named in `existing`; the outputs are the same."
  type        = string
  default     = "create"
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.mode)
    error_message = "mode is create or reuse, not ${var.mode}."
  }
}

variable "existing" {
  description = "In mode `reuse` the name of the key pair that stands for each key of `keys`; empty in mode `create`."
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
  description = "Deployment; a key pair without its own name is named `NAME-KEY-` plus a suffix that identifies its key."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,31}$", var.name))
    error_message = "name is up to 32 lower-case letters, digits and -, not ${var.name}."
  }
}

variable "keys" {
  description = <<-EOT
    Key pairs by key; other configuration uses the key for the pair and must stay. `public_key`, the line of a `.pub` file:
    ssh-ed25519, or ssh-rsa of 2048 bits or more; in mode `reuse` it may be left out, and is compared where it is given. `name` in EC2, which has to be another one where the key changes.
  EOT
  type = map(object({
    public_key = optional(string, "")
    name       = optional(string)
  }))
  nullable = false

  validation {
    condition     = length(var.keys) > 0
    error_message = "keys names at least one key pair."
  }
  # The message never has the text itself: it may be a secret.
  validation {
    condition     = alltrue([for pair in var.keys : !strcontains(pair.public_key, "PRIVATE KEY") && !startswith(trimspace(pair.public_key), "PuTTY-User-Key-File")])
    error_message = "A private key was given: use the line of the .pub file, and replace the pair if the private key was stored anywhere: ${join(", ", [for key, pair in var.keys : key if strcontains(pair.public_key, "PRIVATE KEY") || startswith(trimspace(pair.public_key), "PuTTY-User-Key-File")])}."
  }
  validation {
    condition = alltrue([
      for pair in var.keys : (var.mode == "reuse" && pair.public_key == "") || strcontains(pair.public_key, "PRIVATE KEY") || anytrue([
        can(regex("^\\s*ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}( [^\\n]*)?\\s*$", pair.public_key)),
        can(regex("^\\s*ssh-rsa AAAAB3NzaC1yc2E[A-Za-z0-9+/]{350,}={0,2}( [^\\n]*)?\\s*$", pair.public_key)),
      ])
    ])
    error_message = format("public_key is one line, ssh-ed25519 or ssh-rsa of 2048 bits or more; not so: %s.", join(", ", [
      for key, pair in var.keys : key if !((var.mode == "reuse" && pair.public_key == "") || strcontains(pair.public_key, "PRIVATE KEY") || anytrue([
        can(regex("^\\s*ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}( [^\\n]*)?\\s*$", pair.public_key)),
        can(regex("^\\s*ssh-rsa AAAAB3NzaC1yc2E[A-Za-z0-9+/]{350,}={0,2}( [^\\n]*)?\\s*$", pair.public_key)),
      ]))
    ]))
  }
  validation {
    condition     = alltrue([for key, pair in var.keys : can(regex("^[A-Za-z0-9 ._:/()#,@+=&;{}!$*-]{1,255}$", coalesce(pair.name, "${var.name}-${key}")))])
    error_message = "A key pair's name is up to 255 letters, digits, spaces and ._-:/()#,@+=&;{}!$*; not all are: ${join(", ", [for key, pair in var.keys : coalesce(pair.name, "${var.name}-${key}")])}."
  }
  validation {
    condition     = length(distinct([for key, pair in var.keys : coalesce(pair.name, "${var.name}-${key}")])) == length(var.keys)
    error_message = "Two key pairs have the same name: ${join(", ", [for key, pair in var.keys : coalesce(pair.name, "${var.name}-${key}")])}."
  }
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
