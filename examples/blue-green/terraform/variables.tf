variable "environment" {
  description = "Environment this workspace holds: staging or production."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment is staging or production, not ${var.environment}."
  }
}

variable "container_port" {
  description = "Port that the application answers on."
  type        = number
  nullable    = false
}

variable "health_path" {
  description = "HTTP path that answers 2xx or 3xx when the application is healthy."
  type        = string
  nullable    = false
}

variable "image" {
  description = "Image that the service begins with: a placeholder that stays up, listens at the port in `PORT` and answers every path with 200, so that the service is healthy before the first release. Deliveries bring their own: a later value changes nothing that runs."
  type        = string
  default     = "us-docker.pkg.dev/google-samples/containers/gke/hello-app:1.0"
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

variable "registry" {
  description = "The registry's repository: `create` in the environment that builds, `reuse` where its releases are promoted to."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.registry)
    error_message = "registry is create or reuse, not ${var.registry}."
  }
}

variable "size" {
  description = "What a task has: `cpu` units (1024 are one processor) and `memory` in MiB; and how many tasks there are at least and at most, following the load."
  type = object({
    cpu       = optional(number, 256)
    memory    = optional(number, 512)
    min_count = optional(number, 2)
    max_count = optional(number, 2)
  })
  default  = {}
  nullable = false
}

variable "database" {
  description = "The database: `instance_class`, and whether it is `protected`: a standby in another zone, backups of two weeks, no deletion without a word."
  type = object({
    instance_class = optional(string, "db.t4g.micro")
    protected      = optional(bool, false)
  })
  default  = {}
  nullable = false
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

variable "delivered_by" {
  description = "ARNs of the roles that deliver, e.g. the build server's: they may become the small role `deploy`. Empty, there is none."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "watched_closely" {
  description = "Whether what costs by the gigabyte and by the metric is recorded: all traffic of the network, what each container uses (Container Insights) and what the database's system does."
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
  description = "ARN of the team's bucket of versions.tf: the role `deploy` reads the outputs of this environment in it, and keeps its runs there. Without it, the role is given neither."
  type        = string
  default     = null
}
