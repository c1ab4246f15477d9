variable "mode" {
  description = "`create` makes the template, instances and group, `reuse` finds those named in `existing`; the outputs are the same."
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
    In mode `reuse` what exists: `launch_template = { id = "lt-…" }`, `instances` with the id for each key of `instances`, and
    `autoscaling_group = { name = … }` if `autoscaling` is set; empty in mode `create`.
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
  description = "Name of the fleet; the prefix of all names. A named instance is `NAME-KEY`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,31}$", var.name))
    error_message = "name is up to 32 lower-case letters, digits and -, not ${var.name}."
  }
}

variable "application" {
  description = "Value of the tag `application`, by which the inventory finds the instances (default: `name`)."
  type        = string
  default     = null
}

variable "build_version" {
  description = "Value of the tag `build-version` when Terraform starts an instance; Terraform does not change it later."
  type        = string
  default     = "none"
  nullable    = false
}

variable "image" {
  description = <<-EOT
    What the instances start with: the newest image of `os` (`amazon-linux-2023`, `ecs-optimised`, `debian-12` or
    `ubuntu-24.04`) for `architecture` (`x86_64` or `arm64`) in the region in use, from its publisher's public
    parameter; or the image in the Systems Manager parameter `parameter`, or `ami_id`. For such an image `os` still sets
    the login user and the name of the root disk, unless `root_device` does.
  EOT
  type = object({
    os           = optional(string, "debian-12")
    architecture = optional(string, "x86_64")
    parameter    = optional(string)
    ami_id       = optional(string)
    root_device  = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["amazon-linux-2023", "ecs-optimised", "debian-12", "ubuntu-24.04"], var.image.os)
    error_message = "image.os is amazon-linux-2023, ecs-optimised, debian-12 or ubuntu-24.04, not ${var.image.os}."
  }
  validation {
    condition     = contains(["x86_64", "arm64"], var.image.architecture)
    error_message = "image.architecture is x86_64 or arm64, not ${var.image.architecture}."
  }
  validation {
    condition     = var.image.ami_id == null || (var.image.parameter == null && can(regex("^ami-[0-9a-f]{8,17}$", var.image.ami_id)))
    error_message = "image.ami_id is the id of an image and excludes image.parameter, not ${coalesce(var.image.ami_id, "null")}."
  }
}

variable "instance_type" {
  description = "Type of the instances; it must have the architecture of the image."
  type        = string
  default     = "t3.small"
  nullable    = false

  validation {
    condition = alltrue([
      for type in concat([var.instance_type], [for instance in var.instances : coalesce(instance.instance_type, var.instance_type)]) :
      can(regex("^([a-z]+[0-9]+g[a-z]*|a1)[.]", type)) == (var.image.architecture == "arm64")
    ])
    error_message = "Types whose generation is followed by g (t4g, m7g) are arm64, all others x86_64; image.architecture is ${var.image.architecture}, types are ${join(", ", distinct(concat([var.instance_type], [for instance in var.instances : coalesce(instance.instance_type, var.instance_type)])))}."
  }
}

variable "instances" {
  description = <<-EOT
    Named instances by key, which must stay: `subnet_id`; `groups` that Ansible and the runner know the host by; `private_ip`
    for an address of its own choice; `instance_type`; `public_address` gives one that the internet reaches, decided when it starts, and
    with `fixed_address` one of its own, an Elastic IP, which stays while it is stopped; `termination_protection`.
  EOT
  type = map(object({
    subnet_id              = string
    groups                 = optional(set(string), [])
    private_ip             = optional(string)
    instance_type          = optional(string)
    public_address         = optional(bool, false)
    fixed_address          = optional(bool, false)
    termination_protection = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for key in keys(var.instances) : can(regex("^[a-z0-9][a-z0-9-]*$", key))])
    error_message = "Keys of instances are part of host names: lower-case letters, digits and -, not all are: ${join(", ", keys(var.instances))}."
  }
  validation {
    condition     = alltrue(flatten([for instance in var.instances : [for group in instance.groups : can(regex("^[a-zA-Z_][a-zA-Z0-9_]*$", group))]]))
    error_message = "Ansible's groups are letters, digits and _; not all are: ${join(", ", flatten([for instance in var.instances : tolist(instance.groups)]))}."
  }
  validation {
    condition     = alltrue([for instance in var.instances : instance.public_address || !instance.fixed_address])
    error_message = "fixed_address is for instances with public_address; these have none: ${join(", ", [for key, instance in var.instances : key if instance.fixed_address && !instance.public_address])}."
  }
}

variable "autoscaling" {
  description = <<-EOT
    An Auto Scaling group; null for none. `subnet_ids` by zone; `min`, `max`, and `desired` to begin with;
    `target_group_arns`; `health_check`, if it is left out `ELB` with target groups, so that what they call unhealthy is replaced
    after `grace_seconds`, and else `EC2`; `warmup_seconds` until an instance counts (what EC2 takes, if it is left out); `cpu_percent` and
    `requests` (`per_target` a minute) to hold by starting and ending instances; `refresh` replaces instances one after another when the
    template changes, keeps `min_healthy_percentage` and stops where new ones fail; `max_lifetime_days` replaces them by age. These two
    need instances that bring the application along: `image.ami_id`, `image.parameter` or `user_data`. `group_metrics` counts the
    group's instances for alarms and dashboards.
  EOT
  type = object({
    subnet_ids             = map(string)
    min                    = number
    max                    = number
    desired                = optional(number)
    target_group_arns      = optional(set(string), [])
    health_check           = optional(string)
    grace_seconds          = optional(number, 300)
    warmup_seconds         = optional(number)
    cpu_percent            = optional(number)
    requests               = optional(object({ per_target = number, load_balancer_arn_suffix = string, target_group_arn_suffix = string }))
    refresh                = optional(bool, false)
    min_healthy_percentage = optional(number, 90)
    max_lifetime_days      = optional(number)
    group_metrics          = optional(bool, true)
  })
  default = null

  validation {
    condition     = alltrue([for group in var.autoscaling[*] : length(group.subnet_ids) > 0])
    error_message = "autoscaling.subnet_ids names at least one subnet."
  }
  validation {
    condition     = alltrue([for group in var.autoscaling[*] : group.min >= 0 && group.min <= group.max && coalesce(group.desired, group.min) >= group.min && coalesce(group.desired, group.min) <= group.max])
    error_message = "autoscaling.min <= desired <= max, not: ${join("", [for group in var.autoscaling[*] : "${group.min}, ${coalesce(group.desired, group.min)}, ${group.max}"])}."
  }
  validation {
    condition     = alltrue([for group in var.autoscaling[*] : coalesce(group.health_check, "EC2") == "EC2" || (group.health_check == "ELB" && length(group.target_group_arns) > 0)])
    error_message = "autoscaling.health_check is EC2, or ELB where there are target_group_arns, not ${join("", [for group in var.autoscaling[*] : coalesce(group.health_check, "EC2")])}."
  }
  # The newest image of a publisher changes by itself, and an instance of it runs, which is all that EC2 asks: nothing would stop it.
  validation {
    condition     = alltrue([for group in var.autoscaling[*] : !group.refresh && group.max_lifetime_days == null || var.image.ami_id != null || var.image.parameter != null || var.user_data != null])
    error_message = "autoscaling.refresh and max_lifetime_days would replace the application by blank instances of the newest ${var.image.os}: name an image that has it (image.ami_id or image.parameter), or a first boot that installs it (user_data)."
  }
  validation {
    condition     = alltrue([for group in var.autoscaling[*] : !group.refresh || length(group.target_group_arns) == 0 || coalesce(group.health_check, "ELB") == "ELB"])
    error_message = "autoscaling.refresh would continue even if no instance answers behind the target groups: leave health_check out, or set ELB."
  }
  validation {
    condition     = alltrue([for group in var.autoscaling[*] : coalesce(group.cpu_percent, 50) > 0 && coalesce(group.cpu_percent, 50) <= 100 && contains(range(1, 366), coalesce(group.max_lifetime_days, 1))])
    error_message = "autoscaling.cpu_percent is 1 to 100, max_lifetime_days 1 to 365."
  }
}

# tflint-ignore: terraform_unused_declarations # Only its validation reads it: that nothing is started must be meant.
variable "launch_template_only" {
  description = "That nothing is started here, since something else starts the instances from the template."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = var.launch_template_only == (length(var.instances) == 0 && var.autoscaling == null)
    error_message = "A fleet has instances or autoscaling, or both; if another system starts the instances, set launch_template_only = true and neither of them."
  }
}

variable "security_group_ids" {
  description = "Security groups of the instances."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.security_group_ids) > 0
    error_message = "security_group_ids names at least one: without one an instance would be in the default group of its VPC."
  }
}

variable "instance_profile_name" {
  description = "Instance profile that the instances work with; null for none."
  type        = string
  default     = null
}

variable "key_name" {
  description = "Key pair for SSH; null for none, if you connect by Session Manager."
  type        = string
  default     = null
}

variable "user" {
  description = "Login user; by default the user of the image."
  type        = string
  default     = null
}

variable "user_data" {
  description = "Script or cloud-config of the first boot; nothing secret, whoever may describe the instance can read it."
  type        = string
  default     = null

  validation {
    # Four characters of base64 are three bytes.
    condition     = length(base64encode(coalesce(var.user_data, "-"))) <= 21848
    error_message = "user_data is up to 16384 bytes; use Ansible for more than the first boot."
  }
}

variable "root_volume" {
  description = "The root disk, always encrypted: `size` in GiB (by default 20, or 30 for `ecs-optimised`, which needs it), `iops`, `throughput` in MiB/s, `kms_key_arn` for your own key."
  type = object({
    size        = optional(number)
    iops        = optional(number)
    throughput  = optional(number)
    kms_key_arn = optional(string)
  })
  default  = {}
  nullable = false
}

variable "volumes" {
  description = "Further disks by device name, such as `/dev/sdf`, always encrypted, deleted with their instance."
  type = map(object({
    size        = number
    iops        = optional(number)
    throughput  = optional(number)
    kms_key_arn = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for device in keys(var.volumes) : can(regex("^/dev/(sd|xvd)[b-z]$", device))])
    error_message = "volumes are by device name, /dev/sdb to /dev/sdz; not all are: ${join(", ", keys(var.volumes))}."
  }
}

variable "detailed_monitoring" {
  description = "Metrics every minute instead of every five."
  type        = bool
  default     = true
  nullable    = false
}

variable "metadata_hop_limit" {
  description = "How far answers of the metadata service travel: 1 reaches the instance, 2 also containers on it."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = contains([1, 2], var.metadata_hop_limit)
    error_message = "metadata_hop_limit is 1 or 2, not ${var.metadata_hop_limit}."
  }
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
