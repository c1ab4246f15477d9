variable "environment" {
  description = "Environment this workspace holds."
  type        = string
  default     = "staging"
}

variable "title" {
  description = "Title that the site begins with."
  type        = string
  default     = "Notes of the team"
}

variable "admin" {
  description = "First administrator of the site; the password is generated."
  type        = object({ user = string, email = string })
  default     = { user = "editor", email = "editor@example.org" }
}

variable "health_path" {
  description = "HTTP path that answers 2xx when WordPress and its database are well."
  type        = string
  default     = "/health"
}

variable "desired_count" {
  description = "Tasks that the service begins with; the delivery owns the count from then on."
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
  type        = object({ id = string, emulator = string })
  default     = { id = "", emulator = "" }
}
