variable "mode" {
  description = "`create` makes what builds the images, `reuse` finds what is named in `existing`; the outputs are the same."
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
    In mode `reuse` what exists: `documents` and `parameters` with the name for each key of `images`, and `role = { name = … }`
    that the documents work with; empty in mode `create`.
  EOT
  type        = map(map(string))
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(local.expected, flatten([for kind, names in var.existing : [for key, name in names : "${kind}.${key}" if name != ""]]))) == 0
    error_message = "mode is reuse and existing lacks: ${join(", ", setsubtract(local.expected, flatten([for kind, names in var.existing : [for key, name in names : "${kind}.${key}" if name != ""]])))}."
  }
  validation {
    condition     = length(setsubtract(flatten([for kind, names in var.existing : length(names) == 0 ? [kind] : [for key in keys(names) : "${kind}.${key}"]]), local.expected)) == 0
    error_message = "mode is ${var.mode} and existing has unused keys: ${join(", ", setsubtract(flatten([for kind, names in var.existing : length(names) == 0 ? [kind] : [for key in keys(names) : "${kind}.${key}"]]), local.expected))}."
  }
}

variable "name" {
  description = "Name of the builder; resources are named after it, a document and its images `NAME-KEY`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,31}$", var.name)) && !can(regex("^(aws|amazon|amzn|ssm)", var.name))
    error_message = "name is 2 to 32 lower-case letters, digits and -, and does not begin as names of AWS' own do (aws, amazon, amzn, ssm), not ${var.name}."
  }
}

variable "application" {
  description = "Value of the tag `application` of the images (default: `name`)."
  type        = string
  default     = null
}

variable "images" {
  description = <<-EOT
    Images by key, which must stay. What one is built upon: the newest image of `os` (`amazon-linux-2023`, `ecs-optimised`,
    `debian-12` or `ubuntu-24.04`) for `architecture` (`x86_64` or `arm64`), as its publisher's public parameter says when the build
    starts; or the image that the Systems Manager parameter `parameter` names, or `ami_id`; for such an image `os` still says how the
    instance is prepared and what the root disk is called, unless `root_device` does. `steps` make it, in the order of their keys
    (`10-packages`, `20-app`): `commands` for the shell, as root, or a `playbook`: `file` in what is at `s3_url` (`https://…`) or in
    `github` (`owner`, `repository`, `path`, `version` such as `branch:main` or `commitID:…`), with `variables`. `tests` are `commands`
    by key, and one that fails fails the build. `root_volume`: `size` in GiB (that of the base image if it is left out) and
    `kms_key_arn` for your own key, always encrypted. `instance_type` of the build; `share_with` are accounts that may start the
    image; `schedule` is when it is built by itself (`cron(…)` or `rate(…)`), never if it is left out; `parameter_name` where its id
    is written, `/NAME/images/KEY` if it is left out.
  EOT
  type = map(object({
    os             = optional(string, "debian-12")
    architecture   = optional(string, "x86_64")
    parameter      = optional(string)
    ami_id         = optional(string)
    root_device    = optional(string)
    instance_type  = optional(string)
    root_volume    = optional(object({ size = optional(number), kms_key_arn = optional(string) }), {})
    parameter_name = optional(string)
    schedule       = optional(string)
    share_with     = optional(set(string), [])
    steps = optional(map(object({
      commands = optional(list(string))
      playbook = optional(object({
        file      = string
        s3_url    = optional(string)
        github    = optional(object({ owner = string, repository = string, path = optional(string, ""), version = optional(string, "branch:main") }))
        variables = optional(map(string), {})
      }))
      timeout_minutes = optional(number, 60)
    })), {})
    tests = optional(map(object({ commands = list(string), timeout_minutes = optional(number, 15) })), {})
  }))
  nullable = false

  validation {
    condition     = length(var.images) > 0
    error_message = "images names at least one image."
  }
  validation {
    condition     = alltrue(flatten([for key, image in var.images : concat([can(regex("^[a-z0-9][a-z0-9-]{0,19}$", key))], [for step in concat(keys(image.steps), keys(image.tests)) : can(regex("^[a-z0-9][a-z0-9-]{0,49}$", step))])]))
    error_message = "Keys of images are up to 20 lower-case letters, digits and -, those of steps and tests up to 50; not all are: ${join(", ", flatten([for key, image in var.images : concat([key], keys(image.steps), keys(image.tests))]))}."
  }
  validation {
    condition     = alltrue([for image in var.images : contains(["amazon-linux-2023", "ecs-optimised", "debian-12", "ubuntu-24.04"], image.os) && contains(["x86_64", "arm64"], image.architecture)])
    error_message = "os is amazon-linux-2023, ecs-optimised, debian-12 or ubuntu-24.04 and architecture x86_64 or arm64, not: ${join(", ", [for image in var.images : "${image.os} ${image.architecture}"])}."
  }
  validation {
    condition     = alltrue([for image in var.images : image.ami_id == null || (image.parameter == null && can(regex("^ami-[0-9a-f]{8,17}$", image.ami_id)))])
    error_message = "ami_id is the id of an image and excludes parameter; not so: ${join(", ", [for key, image in var.images : key if !(image.ami_id == null || (image.parameter == null && can(regex("^ami-[0-9a-f]{8,17}$", image.ami_id))))])}."
  }
  validation {
    condition     = alltrue([for image in var.images : image.instance_type == null || can(regex("^([a-z]+[0-9]+g[a-z]*|a1)[.]", image.instance_type)) == (image.architecture == "arm64")])
    error_message = "Types whose generation is followed by g (t4g, m7g) are arm64, all others x86_64; not so: ${join(", ", [for key, image in var.images : "${key} (${coalesce(image.instance_type, "-")})" if !(image.instance_type == null || can(regex("^([a-z]+[0-9]+g[a-z]*|a1)[.]", image.instance_type)) == (image.architecture == "arm64"))])}."
  }
  validation {
    condition     = var.mode == "reuse" || alltrue([for image in var.images : length(image.steps) > 0])
    error_message = "An image is made by at least one step; without: ${join(", ", [for key, image in var.images : key if length(image.steps) == 0])}."
  }
  validation {
    condition     = alltrue(flatten([for image in var.images : [for step in image.steps : (length(coalesce(step.commands, [])) > 0) != (step.playbook != null)]]))
    error_message = "A step has commands or a playbook, and not both; not so: ${join(", ", flatten([for key, image in var.images : [for name, step in image.steps : "${key}.${name}" if(length(coalesce(step.commands, [])) > 0) == (step.playbook != null)]]))}."
  }
  validation {
    condition = alltrue(flatten([
      for image in var.images : [
        for step in image.steps : step.playbook == null || (
          can(regex("^[A-Za-z0-9_./-]+[.]ya?ml$", try(step.playbook.file, ""))) && (try(step.playbook.github, null) != null) != (try(startswith(step.playbook.s3_url, "https://"), false))
        )
      ]
    ]))
    error_message = "A playbook is a file .yml or .yaml, from s3_url, which begins with https://, or from github; not so: ${join(", ", flatten([for key, image in var.images : [for name, step in image.steps : "${key}.${name}" if step.playbook != null]]))}."
  }
  # The document of AWS puts them between double quotes in a shell.
  validation {
    condition = alltrue(flatten([
      for image in var.images : [for step in image.steps : [for variable, text in try(step.playbook.variables, {}) : can(regex("^\\w+$", variable)) && can(regex("^[^|:();&'\"$`\\\\{}]+$", text))]]
    ]))
    error_message = "A playbook's variables are letters, digits and _, their values have none of |:();&'\"$`\\{}, as AWS-ApplyAnsiblePlaybooks takes none; not all are: ${join(", ", flatten([for image in var.images : [for step in image.steps : [for variable, text in try(step.playbook.variables, {}) : "${variable}=${text}"]]]))}."
  }
  validation {
    condition     = !anytrue(flatten([for image in var.images : [for step in concat(values(image.steps)[*].commands, values(image.tests)[*].commands) : [for line in coalesce(step, []) : strcontains(line, "{{")]]]))
    error_message = "Systems Manager interprets {{: put such a line into a script or playbook that the build fetches: ${join("; ", flatten([for image in var.images : [for step in concat(values(image.steps)[*].commands, values(image.tests)[*].commands) : [for line in coalesce(step, []) : line if strcontains(line, "{{")]]]))}."
  }
  validation {
    condition     = alltrue(flatten([for image in var.images : [for minutes in concat(values(image.steps)[*].timeout_minutes, values(image.tests)[*].timeout_minutes) : minutes >= 1 && minutes <= 2880]]))
    error_message = "timeout_minutes is 1 to 2880."
  }
  validation {
    condition     = alltrue([for image in var.images : length(image.share_with) == 0 || image.root_volume.kms_key_arn != null])
    error_message = "Other accounts cannot start an image that is encrypted with AWS's key: share_with needs root_volume.kms_key_arn, which is missing for ${join(", ", [for key, image in var.images : key if length(image.share_with) > 0 && image.root_volume.kms_key_arn == null])}."
  }
  validation {
    condition     = alltrue(flatten([for image in var.images : [for account in image.share_with : can(regex("^[0-9]{12}$", account))]]))
    error_message = "share_with are ids of accounts, 12 digits; not all are: ${join(", ", flatten([for image in var.images : tolist(image.share_with)]))}."
  }
  validation {
    condition     = alltrue([for image in var.images : image.schedule == null || can(regex("^(cron|rate)[(].+[)]$", image.schedule))])
    error_message = "schedule is cron(…) or rate(…), not ${join(", ", [for image in var.images : coalesce(image.schedule, "-")])}."
  }
  validation {
    condition = alltrue([
      for image in var.images : image.parameter_name == null || (can(regex("^/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", image.parameter_name)) && !can(regex("^/?(?i:aws|ssm)", image.parameter_name)))
    ]) && length(distinct([for key, image in var.images : coalesce(image.parameter_name, key)])) == length(var.images)
    error_message = "parameter_name is letters, digits and _.-/, does not begin with aws or ssm, and is another for each image; not so: ${join(", ", [for image in var.images : coalesce(image.parameter_name, "-")])}."
  }
}

variable "subnet_id" {
  description = "Subnet of the build instances; from it they reach Systems Manager, by NAT or by endpoints, and what the steps fetch."
  type        = string
  nullable    = false
}

variable "security_group_ids" {
  description = "Security groups of the build instances: they need HTTPS to the outside and nothing to the inside."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.security_group_ids) > 0
    error_message = "security_group_ids names at least one: without one an instance would be in the default group of its VPC."
  }
}

variable "instance_profile_name" {
  description = "Instance profile of the build instances. Its role needs the permissions of Systems Manager, and must read the playbooks' bucket."
  type        = string
  nullable    = false
}

variable "instance_role_arn" {
  description = "ARN of the role in that profile: the automation may hand over this role and no other."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[^*]+$", var.instance_role_arn))
    error_message = "instance_role_arn is the ARN of a role, not ${var.instance_role_arn}."
  }
}

variable "public_address" {
  description = "A public address for build instances, for a subnet without NAT and endpoints."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_group_name" {
  description = "Log group for the output of the steps; the role of the instance profile must be able to write there. Null for none: Systems Manager then keeps the first 24000 characters of each step."
  type        = string
  default     = null
}

variable "failure_topics" {
  description = "ARNs of SNS topics, by key, for builds that failed, were cancelled or took too long; their policies must let events.amazonaws.com publish."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "path" {
  description = "Path of the roles that the module makes. Changing it replaces them."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9._-]+/)*$", var.path))
    error_message = "path begins and ends with /, not ${var.path}."
  }
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of the roles, if the account requires one."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary is the ARN of a policy, not ${coalesce(var.permissions_boundary, "null")}."
  }
}

variable "tags" {
  description = "Tags of everything that the module makes, and of the images."
  type        = map(string)
  default     = {}
  nullable    = false
}
