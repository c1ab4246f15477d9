variable "environment" {
  description = "Environment this workspace holds."
  type        = string
  default     = "staging"
}

variable "servers" {
  description = "Groups of each server, by its name."
  type        = map(set(string))
  default = {
    ci  = ["laravel_tests"]
    dev = ["lamp", "laravel", "phpmyadmin"]
  }
}

variable "runner" {
  description = "Folder of the runner, whose `local create` makes everything."
  type        = string
  default     = "../../../../runner"
}

variable "local_environment" {
  description = "Addresses and files of the local environment; `node runner local env` exports them."
  type        = object({ id = string, network_prefix = string, private_key = string })
  default     = { id = "", network_prefix = "10.213.77", private_key = "~/.automation-stack/local/id_ed25519" }
}
