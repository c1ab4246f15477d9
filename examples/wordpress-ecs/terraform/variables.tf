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
  description = "The VPC: one of its own, or with `reuse` the name of one that another deployment made with the module `network`. `zones` are letters of the region's availability zones, a public, a private and a data subnet in each; `nat` is single or per-zone."
  type = object({
    reuse = optional(string)
    zones = optional(set(string), ["a", "b"])
    nat   = optional(string, "single")
  })
  default  = {}
  nullable = false
}

variable "image" {
  description = "Image that the service begins with: a placeholder that stays up, listens at the port in `PORT` and answers every path with 200, so that the service is healthy before the first release. Deliveries bring their own: a later value changes nothing that runs."
  type        = string
  default     = "us-docker.pkg.dev/google-samples/containers/gke/hello-app:1.0"
  nullable    = false
}

variable "container_port" {
  description = "Port that WordPress answers on, where Apache needs not be root."
  type        = number
  default     = 8080
  nullable    = false
}

variable "health_path" {
  description = "Path that answers 200 while WordPress and its database are well."
  type        = string
  default     = "/health"
  nullable    = false
}

variable "site" {
  description = "What WordPress is installed with: `title`, and name and address of the first administrator, whose password is generated. Later values change nothing of an installed site."
  type = object({
    title       = optional(string, "Notes of the team")
    admin_user  = optional(string, "editor")
    admin_email = optional(string, "editor@example.org")
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

variable "instances" {
  description = "The cluster's instances: `instance_type`, how many at least and at most, and `ami_id` in place of the newest ECS-optimised image of the region."
  type = object({
    ami_id        = optional(string)
    instance_type = optional(string, "t3.medium")
    min_size      = optional(number, 1)
    max_size      = optional(number, 2)
  })
  default  = {}
  nullable = false
}

variable "tasks" {
  description = "What a task of WordPress has, and how many there are at least and at most, following the load."
  type = object({
    cpu       = optional(number, 256)
    memory    = optional(number, 512)
    min_count = optional(number, 1)
    max_count = optional(number, 1)
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

variable "domain" {
  description = "The name that people know: `name` in the Route 53 zone `zone_name` with the id `zone_id`. With it come TLS and, with `cdn`, a distribution of CloudFront. Null: the load balancer answers by its own name, in plain HTTP."
  type = object({
    name      = string
    zone_name = string
    zone_id   = string
    cdn       = optional(bool, true)
  })
  default = null
}

variable "access_logs_bucket" {
  description = "Bucket that load balancers may write access logs to; without one no request is recorded."
  type        = string
  default     = null
}

variable "watched_closely" {
  description = "Whether what costs by the gigabyte and by the metric is recorded: all traffic of the network, what each container uses (Container Insights, cAdvisor), what the database's system does, the logs of each instance, and how many of them there are."
  type        = bool
  default     = false
  nullable    = false
}

variable "alarm_emails" {
  description = "Who is told of alarms, by name."
  type        = map(string)
  default     = {}
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
