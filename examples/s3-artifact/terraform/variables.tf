variable "environment" {
  description = "Environment this workspace holds: staging or production."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment is staging or production, not ${var.environment}."
  }
}

variable "application_port" {
  description = "Port that the application answers on."
  type        = number
  nullable    = false
}

variable "health_path" {
  description = "HTTP path that answers 2xx or 3xx when the application is healthy."
  type        = string
  nullable    = false
}

variable "network" {
  description = "The VPC: one of its own, or with `reuse` the name of one that another deployment made with the module `network`. `zones` are letters of the region's availability zones, `nat` is single or per-zone."
  type = object({
    reuse = optional(string)
    zones = optional(set(string), ["a", "b"])
    nat   = optional(string, "single")
  })
  default  = {}
  nullable = false
}

variable "artifacts" {
  description = "The bucket of artifacts: `create` in the environment that builds them, `reuse` where they are promoted to."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.artifacts)
    error_message = "artifacts is create or reuse, not ${var.artifacts}."
  }
}

variable "instance_type" {
  description = "Type of the instances."
  type        = string
  default     = "t3.small"
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

variable "public_key" {
  description = "Public SSH key of who configures the instances."
  type        = string
  nullable    = false
}

variable "ssh_from" {
  description = "Addresses that reach the instances by SSH, by name: those of the build server, inside of the VPC or peered."
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
