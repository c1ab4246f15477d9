variable "environment" {
  description = "Environment this workspace holds."
  type        = string
  default     = "staging"
}

variable "container_port" {
  description = "Port that the application answers on."
  type        = number
  default     = 8000
}

variable "health_path" {
  description = "HTTP path that answers 2xx or 3xx when the application is healthy."
  type        = string
  default     = "/health"
}

variable "desired_count" {
  description = "Tasks of the colour that serves first; the delivery owns the count from then on."
  type        = number
  default     = 2
}

variable "runner" {
  description = "Folder of the runner, whose `local create` makes everything."
  type        = string
  default     = "../../../../runner"
}

variable "local_environment" {
  description = "Addresses of the local environment; `node runner local env` exports them."
  type        = object({ id = string })
  default     = { id = "" }
}
