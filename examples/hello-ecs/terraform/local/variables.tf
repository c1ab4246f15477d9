variable "environment" {
  description = "Environment this workspace holds: staging or production."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment is staging or production."
  }
}

variable "desired_count" {
  description = "Tasks at the start; the delivery owns the count from then on."
  type        = number
  default     = 2
}

variable "runner" {
  description = "Folder of the runner, whose `local create` makes the service."
  type        = string
  default     = "../../../../runner"
}

variable "local_environment" {
  description = "Addresses of the local environment; `node runner local env` exports them."
  type        = object({ id = string, emulator = string })
  default     = { id = "", emulator = "http://127.0.0.1:4566" }
}
