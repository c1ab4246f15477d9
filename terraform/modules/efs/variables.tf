variable "mode" {
  description = "`create` makes the file system, `reuse` finds the one named in `existing`; the outputs are the same."
  type        = string
  default     = "create"
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.mode)
    error_message = "mode is create or reuse, not ${var.mode}."
  }
}

variable "existing" {
  description = <<-EOT
    In mode `reuse` the ids of what exists: `file_system = { id = "fs-…" }`, for each zone of `subnet_ids` its mount target, as
    `mount_targets = { a = "fsmt-…" }`, and for each key of `access_points`, `access_points = { uploads = "fsap-…" }`; empty in
    mode `create`.
  EOT
  type        = map(map(string))
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(local.expected, flatten([for kind, ids in var.existing : [for key, id in ids : "${kind}.${key}" if id != ""]]))) == 0
    error_message = "mode is reuse and existing lacks: ${join(", ", setsubtract(local.expected, flatten([for kind, ids in var.existing : [for key, id in ids : "${kind}.${key}" if id != ""]])))}."
  }
  validation {
    condition     = length(setsubtract(flatten([for kind, ids in var.existing : length(ids) == 0 ? [kind] : [for key in keys(ids) : "${kind}.${key}"]]), local.expected)) == 0
    error_message = "mode is ${var.mode} and existing has unused keys: ${join(", ", setsubtract(flatten([for kind, ids in var.existing : length(ids) == 0 ? [kind] : [for key in keys(ids) : "${kind}.${key}"]]), local.expected))}."
  }
}

variable "name" {
  description = "Name of the file system, unique in an account and region; the prefix of all names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,39}$", var.name))
    error_message = "name is up to 40 lower-case letters, digits and -, not ${var.name}."
  }
}

variable "vpc_id" {
  description = "VPC of the subnets."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets of the mount targets by zone: one for each zone in use."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) > 0
    error_message = "subnet_ids names at least one subnet, or nothing could mount the file system."
  }
}

variable "clients" {
  description = <<-EOT
    Who may mount, by key: `security_group_id` of the clients, or `cidr_block`, their addresses. A security group with
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
  description = "Additional security groups of the mount targets, besides the one for `clients`."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = var.mode == "reuse" || length(var.clients) + length(var.security_group_ids) > 0
    error_message = "Nobody could mount the file system: name clients, or give security_group_ids."
  }
}

variable "access_points" {
  description = <<-EOT
    Access points by key: a client that mounts one sees `path` (`/KEY` if it is null) as the root and acts as user `uid`
    of group `gid`. A missing directory is created with these `permissions`. Changing one replaces it, not
    its files.
  EOT
  type = map(object({
    path           = optional(string)
    uid            = number
    gid            = number
    secondary_gids = optional(set(number), [])
    permissions    = optional(string, "0750")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for point in var.access_points : can(regex("^/[^/ ]+(/[^/ ]+){0,3}$", coalesce(point.path, "/directory")))])
    error_message = "path of an access point is absolute, up to four directories deep and not the root itself; not so: ${join(", ", [for key, point in var.access_points : "${key} = ${coalesce(point.path, "/directory")}" if !can(regex("^/[^/ ]+(/[^/ ]+){0,3}$", coalesce(point.path, "/directory")))])}."
  }
  validation {
    condition     = alltrue([for point in var.access_points : can(regex("^0?[0-7]{3}$", point.permissions)) && point.uid > 0 && point.gid > 0])
    error_message = "An access point has permissions such as 0750 and a user and group other than root (0); not so: ${join(", ", [for key, point in var.access_points : key if !can(regex("^0?[0-7]{3}$", point.permissions)) || point.uid <= 0 || point.gid <= 0])}."
  }
}

variable "access_points_only" {
  description = "Whether the file system can be mounted by its access points only, so that nobody sees all of it."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.access_points_only || length(var.access_points) > 0
    error_message = "access_points_only without access_points lets nobody in."
  }
}

variable "client_role_arns" {
  description = "Roles that may mount, each client signing in as one (`iam` in the task definition, `-o iam` on a host); if empty, everybody who reaches a mount target."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.client_role_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[^*]+$", arn))])
    error_message = "client_role_arns are ARNs of roles; not all are: ${join(", ", var.client_role_arns)}."
  }
}

variable "root_access" {
  description = "Whether a client's root is root in the file system too. Clients of access points do not need it."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key of your own that encrypts the files. Changing it replaces the file system."
  type        = string
  default     = null
}

variable "throughput" {
  description = "How fast it is: `mode` `bursting` (by size, no price of its own), `elastic` (as needed, paid by use) or `provisioned` (`mibps`, always)."
  type = object({
    mode  = optional(string, "bursting")
    mibps = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["bursting", "elastic", "provisioned"], var.throughput.mode)
    error_message = "throughput.mode is bursting, elastic or provisioned, not ${var.throughput.mode}."
  }
  validation {
    condition     = (var.throughput.mode == "provisioned") == (var.throughput.mibps != null)
    error_message = "throughput.mibps belongs to mode provisioned, and only to it; mode is ${var.throughput.mode}."
  }
}

variable "lifecycle_days" {
  description = "After how many days without access a file moves to a cheaper class: `infrequent`, and `archive`, which needs throughput mode `elastic` (0: never); `back_on_access` moves it back when it is read."
  type = object({
    infrequent     = optional(number, 30)
    archive        = optional(number, 0)
    back_on_access = optional(bool, true)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for days in [var.lifecycle_days.infrequent, var.lifecycle_days.archive] : contains([0, 1, 7, 14, 30, 60, 90, 180, 270, 365], days)])
    error_message = "lifecycle_days are 0, 1, 7, 14, 30, 60, 90, 180, 270 or 365, not ${var.lifecycle_days.infrequent} and ${var.lifecycle_days.archive}."
  }
  validation {
    condition     = var.lifecycle_days.archive == 0 || (var.throughput.mode == "elastic" && var.lifecycle_days.archive > var.lifecycle_days.infrequent)
    error_message = "lifecycle_days.archive needs throughput mode elastic, and more days than infrequent; mode is ${var.throughput.mode}."
  }
}

variable "backup" {
  description = "Whether AWS Backup keeps daily copies for five weeks."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
