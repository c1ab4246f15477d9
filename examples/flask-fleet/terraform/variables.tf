variable "environment" {
  description = "Environment this workspace holds: staging or production."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment is staging or production, not ${var.environment}."
  }
}

variable "network" {
  description = "The VPC: one of its own, or with `reuse` the name of one that another deployment made with the module `network`. `zones` are letters of the region's availability zones."
  type = object({
    reuse = optional(string)
    zones = optional(set(string), ["a", "b"])
  })
  default  = {}
  nullable = false
}

variable "servers" {
  description = "Servers behind the load balancer, by name: the availability zone of each, a letter."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.servers) > 0 && length(setsubtract(values(var.servers), var.network.zones)) == 0
    error_message = "There is at least one server, and each is in one of the zones ${join(", ", var.network.zones)}."
  }
}

variable "instance_type" {
  description = "Type of the servers."
  type        = string
  default     = "t3.small"
  nullable    = false
}

variable "registry" {
  description = "The registry's repository: `create` in the environment that builds, `reuse` where its releases are promoted to."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.registry)
    error_message = "registry is create or reuse, not ${var.registry}."
  }
}

variable "jenkins" {
  description = <<-EOT
    The build server, in the one environment that has it; null elsewhere. `instance_type`; `disk_gib` for its data; `reached_from`,
    addresses that reach it by SSH, by name: with them it has a public address, one that stays with `fixed_address`, without it is reached from its network only; `url` where
    people find Jenkins; `termination_protection`, which is taken off before a destroy.
  EOT
  type = object({
    instance_type          = optional(string, "t3.medium")
    disk_gib               = optional(number, 50)
    url                    = optional(string, "http://localhost:8080/")
    reached_from           = optional(map(string), {})
    fixed_address          = optional(bool, false)
    termination_protection = optional(bool, true)
  })
  default = null

  validation {
    condition     = var.jenkins != null || var.network.reuse != null
    error_message = "An environment without a build server of its own reuses the network of one that has one: set network.reuse."
  }
}

variable "public_key" {
  description = "Public SSH key of who configures the servers: the build server, or you."
  type        = string
  nullable    = false
}

variable "certificate_arn" {
  description = "Certificate for HTTPS; without one the load balancer answers in plain HTTP."
  type        = string
  default     = null
}

variable "access_logs_bucket" {
  description = "Bucket that load balancers may write access logs to; without one no request is recorded."
  type        = string
  default     = null
}

variable "image" {
  description = "Machine image that instances start with: the newest one of `os` in the region in use, the one that the Systems Manager parameter `parameter` names, or `ami_id`."
  type = object({
    os        = optional(string, "debian-12")
    parameter = optional(string)
    ami_id    = optional(string)
  })
  default  = {}
  nullable = false
}

variable "watched_closely" {
  description = "Whether what costs by the gigabyte and by the metric is recorded: all traffic of the network, and what each instance does by the minute."
  type        = bool
  default     = false
  nullable    = false
}

variable "roles" {
  description = "What an account may ask of every role that is made: its `path`, and `permissions_boundary`, the ARN of a policy."
  type = object({
    path                 = optional(string, "/")
    permissions_boundary = optional(string)
  })
  default  = {}
  nullable = false
}

variable "delivery_bucket_arn" {
  description = "ARN of the team's bucket of versions.tf: the build server reads the outputs of both environments in it, and keeps its runs there. Without it, it is given neither."
  type        = string
  default     = null
}
