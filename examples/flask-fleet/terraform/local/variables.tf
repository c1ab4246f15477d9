variable "environment" {
  description = "Environment this workspace holds: staging or production."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment is staging or production."
  }
}

variable "slots" {
  description = "Slot of each host of this environment, by host name; a slot fixes a host's address and ports."
  type        = map(number)

  validation {
    condition     = length(var.slots) > 0 && alltrue([for slot in values(var.slots) : slot >= 0 && slot < 30])
    error_message = "There are slots 0 to 29, and an environment has at least one host."
  }
  validation {
    condition     = length(distinct(values(var.slots))) == length(var.slots)
    error_message = "Two hosts cannot have the same slot."
  }
}

variable "build_server_slot" {
  description = "Slot of a host for the build server; none without, since Jenkins is a large download."
  type        = number
  default     = null

  validation {
    condition     = var.build_server_slot == null || !contains(values(var.slots), coalesce(var.build_server_slot, -1))
    error_message = "Another host has the slot ${coalesce(var.build_server_slot, -1)} already."
  }
}

variable "runner" {
  description = "Folder of the runner, whose `local create` makes hosts and load balancers."
  type        = string
  default     = "../../../../runner"
}

variable "local_environment" {
  description = "Addresses and files of the local environment; `node runner local env` exports them."
  type = object({
    id             = string
    network_prefix = string
    host_ports     = number
    emulator       = string
    registry       = string
    private_key    = string
    known_hosts    = string
  })
  default = {
    id             = ""
    network_prefix = "10.213.77"
    host_ports     = 4600
    emulator       = "http://127.0.0.1:4566"
    registry       = "10.213.77.1:4566"
    private_key    = "~/.automation-stack/local/id_ed25519"
    known_hosts    = "~/.automation-stack/local/known_hosts"
  }
}
