variable "mode" {
  description = "`create` makes the repositories, `reuse` finds those named in `existing`; the outputs are the same."
  type        = string
  default     = "create"
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.mode)
    error_message = "mode is create or reuse, not ${var.mode}."
  }
}

variable "existing" {
  description = "In mode `reuse` the name of the repository that stands for each key of `repositories`; empty in mode `create`."
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
  description = "Application; a repository without `name` is called `NAME/KEY`."
  type        = string
  nullable    = false
}

variable "repositories" {
  description = <<-EOT
    Repositories by key; other configuration uses the key for the image and must stay. `name` in the registry;
    `immutable_tags`; `scan_on_push`; `kms_key_arn` for your own key, another of which
    replaces the repository, images and all; `untagged_days` after which an image without a tag is deleted: never if it is null, since signatures, attestations and images that run by their digest have none; `keep_tagged`, how many tagged images to keep: all if it is null, since a release whose image is
    gone can neither be restarted nor rolled back to; `readers`, ARNs of accounts or roles elsewhere that may pull;
    `force_delete` also deletes the images with the repository.
  EOT
  type = map(object({
    name           = optional(string)
    immutable_tags = optional(bool, true)
    scan_on_push   = optional(bool, true)
    kms_key_arn    = optional(string)
    untagged_days  = optional(number)
    keep_tagged    = optional(number)
    readers        = optional(set(string), [])
    force_delete   = optional(bool, false)
  }))
  nullable = false

  validation {
    condition     = length(var.repositories) > 0
    error_message = "repositories names at least one repository."
  }
  validation {
    condition = alltrue([
      for key, repository in var.repositories :
      can(regex("^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*$", coalesce(repository.name, "${var.name}/${key}")))
    ])
    error_message = "A repository name is lower-case letters and digits, parted by single . _ - or /; not all are: ${join(", ", [for key, repository in var.repositories : coalesce(repository.name, "${var.name}/${key}")])}."
  }
  validation {
    condition     = length(distinct([for key, repository in var.repositories : coalesce(repository.name, "${var.name}/${key}")])) == length(var.repositories)
    error_message = "Two keys of repositories have the same name: ${join(", ", [for key, repository in var.repositories : coalesce(repository.name, "${var.name}/${key}")])}."
  }
  validation {
    condition = alltrue(flatten([
      for repository in var.repositories : [
        for count in [coalesce(repository.untagged_days, 1), coalesce(repository.keep_tagged, 1)] : count >= 1 && floor(count) == count
      ]
    ]))
    error_message = "untagged_days and keep_tagged are whole numbers from 1."
  }
  validation {
    condition = alltrue(flatten([
      for repository in var.repositories : [
        for arn in repository.readers : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(root|(role|user)/[^*]+)$", arn))
      ]
    ]))
    error_message = "readers are ARNs of accounts, roles or users and never everyone; not all are: ${join(", ", flatten([for repository in var.repositories : tolist(repository.readers)]))}."
  }
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
