variable "mode" {
  description = "`create` makes the server, `reuse` finds the one named in `existing`; the outputs are the same."
  type        = string
  default     = "create"
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.mode)
    error_message = "mode is create or reuse, not ${var.mode}."
  }
}

variable "existing" {
  description = "In mode `reuse` the ids of what exists: `instance = { id = … }`, `launch_template = { id = … }` and `data_volume = { id = … }`; empty in mode `create`."
  type        = map(map(string))
  default     = {}
  nullable    = false

  validation {
    condition = length(setsubtract(
      local.expected, flatten([for kind, ids in var.existing : [for key, id in ids : "${kind}.${key}" if id != ""]]),
    )) == 0
    error_message = "mode is reuse and existing lacks: ${join(", ", setsubtract(
      local.expected, flatten([for kind, ids in var.existing : [for key, id in ids : "${kind}.${key}" if id != ""]]),
    ))}."
  }
  validation {
    condition     = length(setsubtract(flatten([for kind, ids in var.existing : length(ids) == 0 ? [kind] : [for key in keys(ids) : "${kind}.${key}"]]), local.expected)) == 0
    error_message = "mode is ${var.mode} and existing has unused keys: ${join(", ", setsubtract(flatten([for kind, ids in var.existing : length(ids) == 0 ? [kind] : [for key in keys(ids) : "${kind}.${key}"]]), local.expected))}."
  }
}

variable "name" {
  description = "Name of the server; the prefix of all names. The host is `NAME-controller`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,31}$", var.name))
    error_message = "name is up to 32 lower-case letters, digits and -, not ${var.name}."
  }
}

variable "url" {
  description = "Where people find Jenkins, with a slash at the end."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^https?://[^/ ]+/([^ ]*/)?$", var.url))
    error_message = "url is as https://jenkins.example.com/, with a slash at the end, not ${var.url}."
  }
}

variable "subnet_id" {
  description = "Subnet of the server, a private one; its zone is that of the data disk, so that another zone needs the disk's snapshot."
  type        = string
  nullable    = false
}

variable "security_group_ids" {
  description = "Security groups of the server: SSH from where Ansible runs, 8080 from the load balancer, nothing else."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.security_group_ids) > 0
    error_message = "security_group_ids names at least one: without one an instance would be in the default group of its VPC."
  }
}

variable "instance_profile_name" {
  description = "Instance profile of Jenkins; if builds run on the server itself, that of the build role."
  type        = string
  nullable    = false
}

variable "image" {
  description = <<-EOT
    What the server starts with: the newest image of `os` (`amazon-linux-2023`, `ecs-optimised`, `debian-12` or
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
}

variable "instance_type" {
  description = "Type of the instance; it must have the architecture of the image. Jenkins needs two cores and 4 GiB; use separate agents for builds."
  type        = string
  default     = "t3.medium"
  nullable    = false
}

variable "key_name" {
  description = "Key pair for SSH, which Ansible needs; null for none."
  type        = string
  default     = null
}

variable "groups" {
  description = "Ansible's groups of the host."
  type        = set(string)
  default     = ["jenkins"]
  nullable    = false

  validation {
    condition     = contains(var.groups, "jenkins")
    error_message = "groups has jenkins, which the playbook is for; it is: ${join(", ", var.groups)}."
  }
}

variable "root_volume" {
  description = "The root disk, always encrypted: `size` in GiB, `iops`, `throughput` in MiB/s, `kms_key_arn` for your own key."
  type = object({
    size        = optional(number, 20)
    iops        = optional(number)
    throughput  = optional(number)
    kms_key_arn = optional(string)
  })
  default  = {}
  nullable = false
}

variable "data_volume" {
  description = <<-EOT
    The disk with the data of Jenkins, always encrypted: `size` in GiB, `iops`, `throughput` in MiB/s, `kms_key_arn` for
    your own key, which replaces the disk when it changes; `snapshot_id` to start from a snapshot, read only when the disk is created; `final_snapshot` makes one when the disk is deleted; `backup_tags`
    that your snapshot policy (Data Lifecycle Manager, AWS Backup) chooses disks by; `directory` it is mounted at, as `device`.
  EOT
  type = object({
    size           = optional(number, 50)
    iops           = optional(number)
    throughput     = optional(number)
    kms_key_arn    = optional(string)
    snapshot_id    = optional(string)
    final_snapshot = optional(bool, true)
    backup_tags    = optional(map(string), {})
    directory      = optional(string, "/var/lib/jenkins")
    device         = optional(string, "/dev/sdf")
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^(/[A-Za-z0-9._-]+)+$", var.data_volume.directory)) && can(regex("^/dev/sd[f-p]$", var.data_volume.device))
    error_message = "data_volume.directory is an absolute path of letters, digits and . _ -, device /dev/sdf to /dev/sdp, not ${var.data_volume.directory} and ${var.data_volume.device}."
  }
}

variable "public_address" {
  description = "An address that the internet reaches; without it the server is behind a load balancer, or reached from its network."
  type        = bool
  default     = false
  nullable    = false
}

variable "fixed_address" {
  description = "Whether that address is an Elastic IP, which stays when the server is stopped."
  type        = bool
  default     = true
  nullable    = false
}

variable "termination_protection" {
  description = "That the instance cannot be ended until this is set to false and applied; `terraform destroy` fails before."
  type        = bool
  default     = true
  nullable    = false
}

variable "target_groups" {
  description = "Target groups of the server, by key: `arn`, and `port` of Jenkins."
  type = map(object({
    arn  = string
    port = optional(number, 8080)
  }))
  default  = {}
  nullable = false
}

variable "dns" {
  description = "Record that names the server's address: `name` in the hosted zone `zone_id`; null for none, as behind a load balancer."
  type = object({
    zone_id = string
    name    = string
  })
  default = null
}

variable "alarm_topic_arns" {
  description = "SNS topics that hear when the server is moved or restarted, and when it is well again."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "detailed_monitoring" {
  description = "Metrics every minute instead of every five."
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
