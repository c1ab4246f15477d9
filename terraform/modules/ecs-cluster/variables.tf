variable "mode" {
  description = "`create` makes the cluster, `reuse` finds the one named in `existing`; the outputs are the same."
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
    In mode `reuse` the names of existing resources: `cluster_name`; if `capacity` has instances, `capacity_provider_name` and
    `autoscaling_group_name`; if `service_connect` is enabled, `namespace_name`. Empty in mode `create`.
  EOT
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
  description = "Name of the cluster; resources are named after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_-]{0,199}$", var.name))
    error_message = "name is a letter and up to 199 letters, digits, _ and -, not ${var.name}."
  }
  validation {
    condition     = !contains(var.capacity, "instances") || length(var.name) <= 80
    error_message = "The launch template of the instances is called after name, which leaves it 80 characters, not ${length(var.name)}."
  }
  validation {
    condition     = !contains(var.capacity, "instances") || !can(regex("(?i)^(aws|ecs|fargate)", var.name))
    error_message = "The capacity provider is called after name, and AWS reserves names that begin with aws, ecs or fargate: ${var.name}."
  }
}

variable "capacity" {
  description = "What tasks can run on: some of `fargate`, `fargate-spot` (cheap, but AWS may stop it) and `instances`, an Auto Scaling group whose size follows the tasks."
  type        = set(string)
  default     = ["fargate"]
  nullable    = false

  validation {
    condition     = length(var.capacity) > 0 && length(setsubtract(var.capacity, ["fargate", "fargate-spot", "instances"])) == 0
    error_message = "capacity is some of fargate, fargate-spot and instances, not: ${join(", ", var.capacity)}."
  }
}

variable "default_strategy" {
  description = "Default for services, by kind of `capacity`: the first `base` tasks, then by `weight`. Fargate and instances cannot be mixed. If it is empty, each service must choose."
  type = map(object({
    weight = optional(number, 1)
    base   = optional(number, 0)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.default_strategy), var.capacity)) == 0
    error_message = "default_strategy has kinds that capacity does not have: ${join(", ", setsubtract(keys(var.default_strategy), var.capacity))}."
  }
  validation {
    condition     = !contains(keys(var.default_strategy), "instances") || length(var.default_strategy) == 1
    error_message = "default_strategy mixes Fargate and instances, which AWS refuses: ${join(", ", keys(var.default_strategy))}."
  }
  validation {
    condition     = length([for one in var.default_strategy : one.base if one.base > 0]) <= 1
    error_message = "Only one kind in default_strategy has a base: ${join(", ", [for kind, one in var.default_strategy : "${kind} = ${one.base}"])}."
  }
}

variable "instances" {
  description = <<-EOT
    The instances, if `capacity` has them. `subnet_ids` by zone, private ones; `security_group_ids`; `instance_profile_name`,
    whose role lets them join clusters; `min_size` and `max_size`; `architecture` x86_64 or arm64; `instance_type` of that
    architecture; `ami_id` in place of the newest ECS-optimised image; `disk_size` in GiB, encrypted, with `disk_kms_key_arn`
    where given; `key_name` for SSH; `target_capacity`, the per cent of the instances that tasks should fill;
    `metadata_hop_limit` 2 lets tasks in bridge mode ask for the instance's role; `detailed_monitoring` by the minute;
    `refresh` replaces running instances, one after another, when a new image or setting is applied; `group_metrics`
    counts the group's instances in CloudWatch.
  EOT
  type = object({
    subnet_ids            = optional(map(string), {})
    security_group_ids    = optional(list(string), [])
    instance_profile_name = optional(string)
    min_size              = optional(number, 2)
    max_size              = optional(number, 6)
    architecture          = optional(string, "x86_64")
    instance_type         = optional(string)
    ami_id                = optional(string)
    disk_size             = optional(number, 30)
    disk_kms_key_arn      = optional(string)
    key_name              = optional(string)
    target_capacity       = optional(number, 100)
    metadata_hop_limit    = optional(number, 1)
    detailed_monitoring   = optional(bool, false)
    refresh               = optional(bool, false)
    group_metrics         = optional(bool, true)
  })
  default  = {}
  nullable = false

  validation {
    condition = var.mode == "reuse" || !contains(var.capacity, "instances") || (
      length(var.instances.subnet_ids) > 0 && length(var.instances.security_group_ids) > 0 && var.instances.instance_profile_name != null
    )
    error_message = "capacity has instances, which need subnet_ids, security_group_ids and an instance_profile_name."
  }
  validation {
    condition     = var.instances.ami_id == null || can(regex("^ami-[0-9a-f]{8,17}$", var.instances.ami_id))
    error_message = "instances.ami_id is the id of an image, not ${coalesce(var.instances.ami_id, "null")}."
  }
  validation {
    condition     = contains(["x86_64", "arm64"], var.instances.architecture)
    error_message = "instances.architecture is x86_64 or arm64, not ${var.instances.architecture}."
  }
  validation {
    condition     = var.instances.min_size >= 0 && var.instances.min_size <= var.instances.max_size && var.instances.max_size >= 1
    error_message = "instances.min_size is 0 to max_size: ${var.instances.min_size} to ${var.instances.max_size}."
  }
  validation {
    condition     = var.instances.disk_size >= 30
    error_message = "instances.disk_size is 30 GiB at least, which the image needs, not ${var.instances.disk_size}."
  }
  validation {
    condition     = var.instances.target_capacity >= 1 && var.instances.target_capacity <= 100
    error_message = "instances.target_capacity is 1 to 100 per cent, not ${var.instances.target_capacity}."
  }
  validation {
    condition     = contains([1, 2], var.instances.metadata_hop_limit)
    error_message = "instances.metadata_hop_limit is 1 or 2, not ${var.instances.metadata_hop_limit}."
  }
}

variable "container_insights" {
  description = "Metrics of containers in CloudWatch: `enabled`, `enhanced` (by task and container, which costs more) or `disabled`."
  type        = string
  default     = "enabled"
  nullable    = false

  validation {
    condition     = contains(["enabled", "enhanced", "disabled"], var.container_insights)
    error_message = "container_insights is enabled, enhanced or disabled, not ${var.container_insights}."
  }
}

variable "execute_command" {
  description = "What is kept of sessions in containers (ECS Exec): `destination` `cloudwatch`, a log group of `retention_days`, or `none`, which deletes that group with what it holds. `kms_key_arn` encrypts sessions and log group."
  type = object({
    destination    = optional(string, "cloudwatch")
    retention_days = optional(number, 90)
    kms_key_arn    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["cloudwatch", "none"], var.execute_command.destination)
    error_message = "execute_command.destination is cloudwatch or none, not ${var.execute_command.destination}."
  }
  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.execute_command.retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731 … 3653 days, not ${var.execute_command.retention_days}."
  }
}

variable "service_connect" {
  description = "Whether services find each other by name (Service Connect), in a namespace of the cluster's name or of its own `namespace_name`. Switching it off deletes the namespace, and another name replaces it: remove it from the services first."
  type = object({
    enabled        = optional(bool, false)
    namespace_name = optional(string)
  })
  default  = {}
  nullable = false
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
