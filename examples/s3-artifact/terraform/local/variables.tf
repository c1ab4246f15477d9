variable "environment" {
  description = "Environment this workspace holds: staging or production."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment is staging or production."
  }
}

variable "application_port" {
  description = "Port that the application answers on."
  type        = number
}

variable "health_path" {
  description = "HTTP path that answers 2xx or 3xx when the application is healthy."
  type        = string
}

variable "runner" {
  description = "Folder of the runner, whose `local create` makes buckets, launch templates and load balancers."
  type        = string
  default     = "../../../../runner"
}

variable "local_environment" {
  description = "Addresses of the local environment; `node runner local env` exports them."
  type = object({
    id       = string
    emulator = string
  })
  default = {
    id       = ""
    emulator = "http://127.0.0.1:4566"
  }
}
