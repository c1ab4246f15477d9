variable "environment" {
  description = "Copy of the deployment that this workspace holds."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,15}$", var.environment))
    error_message = "environment is up to 16 lower-case letters, digits and -, not ${var.environment}."
  }
}

variable "http_port" {
  description = "Port that web servers answer on."
  type        = number
  nullable    = false
}

variable "jenkins_port" {
  description = "Port that Jenkins answers on."
  type        = number
  nullable    = false
}

variable "network" {
  description = "The VPC: one of its own, or with `reuse` the name of the one that the team shares, made with the module `network`. `zones` are letters of the region's availability zones."
  type = object({
    reuse = optional(string)
    zones = optional(set(string), ["a"])
  })
  default  = {}
  nullable = false
}

variable "servers" {
  description = "Servers by name: `groups`, by which playbooks choose their roles; `zone`, a letter; `instance_type`; `disk_gib`; `fixed_address`, one that stays while the server is stopped."
  type = map(object({
    groups        = set(string)
    zone          = optional(string, "a")
    instance_type = optional(string, "t3.small")
    disk_gib      = optional(number, 20)
    fixed_address = optional(bool, false)
  }))
  nullable = false

  validation {
    condition     = length(var.servers) > 0 && length(setsubtract(values(var.servers)[*].zone, var.network.zones)) == 0
    error_message = "There is at least one server, and each is in one of the zones ${join(", ", var.network.zones)}."
  }
}

variable "allowed_from" {
  description = "Addresses that reach the servers by SSH and HTTP, by name: your office, your VPN. Nobody else does."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.allowed_from) > 0 && alltrue([for addresses in var.allowed_from : can(cidrnetmask(addresses)) && addresses != "0.0.0.0/0"])
    error_message = "allowed_from has IPv4 networks such as 198.51.100.0/24, and not everybody's: ${join(", ", values(var.allowed_from))}."
  }
}

variable "public_key" {
  description = "Public SSH key of who configures the servers."
  type        = string
  nullable    = false
}

variable "alarm_emails" {
  description = "Who is told of a server that works badly, by name."
  type        = map(string)
  default     = {}
  nullable    = false
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
