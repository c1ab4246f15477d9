variable "mode" {
  description = "`create` makes the load balancer, `reuse` finds the one named in `existing`; the outputs are the same."
  type        = string
  default     = "create"
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.mode)
    error_message = "mode is create or reuse, not ${var.mode}."
  }
}

variable "existing" {
  description = <<-EOT
    In mode `reuse` the ARNs of what exists: `load_balancer = { arn = … }` and for each key of `listeners` its listener, as
    `listeners = { https = "arn:…" }`; empty in mode `create`.
  EOT
  type        = map(map(string))
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(local.expected, flatten([for kind, arns in var.existing : [for key, arn in arns : "${kind}.${key}" if arn != ""]]))) == 0
    error_message = "mode is reuse and existing lacks: ${join(", ", setsubtract(local.expected, flatten([for kind, arns in var.existing : [for key, arn in arns : "${kind}.${key}" if arn != ""]])))}."
  }
  validation {
    condition     = length(setsubtract(flatten([for kind, arns in var.existing : length(arns) == 0 ? [kind] : [for key in keys(arns) : "${kind}.${key}"]]), local.expected)) == 0
    error_message = "mode is ${var.mode} and existing has unused keys: ${join(", ", setsubtract(flatten([for kind, arns in var.existing : length(arns) == 0 ? [kind] : [for key in keys(arns) : "${kind}.${key}"]]), local.expected))}."
  }
}

variable "name" {
  description = "Name of the load balancer. Changing it replaces the load balancer, and with it its DNS name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$", var.name)) && !startswith(var.name, "internal-")
    error_message = "name is up to 32 letters, digits and -, with no - at an end and not beginning with internal-; not ${var.name}."
  }
}

variable "subnet_ids" {
  description = "Subnets by zone, in two zones at least: public ones, or private ones with `internal`. Unused in mode `reuse`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = var.mode == "reuse" || length(var.subnet_ids) >= 2
    error_message = "A load balancer needs subnets in two zones at least; subnet_ids has: ${join(", ", keys(var.subnet_ids))}."
  }
}

variable "security_group_ids" {
  description = "Security groups: they decide who may reach the listeners, and what the load balancer may reach. Unused in mode `reuse`."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = var.mode == "reuse" || length(var.security_group_ids) > 0
    error_message = "security_group_ids names at least one security group: without one AWS takes the default group of the VPC."
  }
}

variable "internal" {
  description = "Whether only the VPC reaches it. The default is false: a load balancer is the only entry from outside to services without a public address. Changing it replaces the load balancer, and with it its DNS name."
  type        = bool
  default     = false
  nullable    = false
}

variable "ip_address_type" {
  description = "`ipv4`, or `dualstack` if the subnets have IPv6 addresses too."
  type        = string
  default     = "ipv4"
  nullable    = false

  validation {
    condition     = contains(["ipv4", "dualstack"], var.ip_address_type)
    error_message = "ip_address_type is ipv4 or dualstack, not ${var.ip_address_type}."
  }
}

variable "certificate_arn" {
  description = "Certificate of HTTPS listeners without their own certificate."
  type        = string
  default     = null
}

variable "listeners" {
  description = <<-EOT
    Listeners by key. `port`; `protocol` HTTP or HTTPS. `action` for what no rule of a listener takes: `not-found` answers
    404, `redirect` goes to the HTTPS listener with the key `redirect_to`, `forward` goes to `target_group_arn`; with
    `owned_by_delivery` that is only the start, Terraform ignores it later. For HTTPS: `certificate_arn` in place of the
    load balancer's, `additional_certificate_arns` by key for further names, `ssl_policy`.
  EOT
  type = map(object({
    port                        = number
    protocol                    = string
    action                      = optional(string, "not-found")
    redirect_to                 = optional(string, "https")
    target_group_arn            = optional(string)
    owned_by_delivery           = optional(bool, false)
    certificate_arn             = optional(string)
    additional_certificate_arns = optional(map(string), {})
    ssl_policy                  = optional(string, "ELBSecurityPolicy-TLS13-1-2-2021-06")
  }))
  default = {
    http  = { port = 80, protocol = "HTTP", action = "redirect" }
    https = { port = 443, protocol = "HTTPS" }
  }
  nullable = false

  validation {
    condition     = length(var.listeners) > 0
    error_message = "listeners names at least one listener."
  }
  validation {
    condition     = alltrue([for listener in var.listeners : contains(["HTTP", "HTTPS"], listener.protocol)])
    error_message = "protocol is HTTP or HTTPS; not so: ${join(", ", [for key, listener in var.listeners : "${key} = ${listener.protocol}" if !contains(["HTTP", "HTTPS"], listener.protocol)])}."
  }
  validation {
    condition     = alltrue([for listener in var.listeners : listener.port >= 1 && listener.port <= 65535 && floor(listener.port) == listener.port]) && length(distinct([for listener in var.listeners : listener.port])) == length(var.listeners)
    error_message = "Each listener has a port of its own, 1 to 65535: ${join(", ", [for key, listener in var.listeners : "${key} = ${listener.port}"])}."
  }
  validation {
    condition     = alltrue([for listener in var.listeners : contains(["not-found", "redirect", "forward"], listener.action)])
    error_message = "action is not-found, redirect or forward; not so: ${join(", ", [for key, listener in var.listeners : "${key} = ${listener.action}" if !contains(["not-found", "redirect", "forward"], listener.action)])}."
  }
  validation {
    condition     = alltrue([for key, listener in var.listeners : listener.action != "redirect" || (listener.redirect_to != key && try(var.listeners[listener.redirect_to].protocol, "") == "HTTPS")])
    error_message = "A redirect goes to another listener with protocol HTTPS; not so: ${join(", ", [for key, listener in var.listeners : "${key} to ${listener.redirect_to}" if listener.action == "redirect" && (listener.redirect_to == key || try(var.listeners[listener.redirect_to].protocol, "") != "HTTPS")])}."
  }
  validation {
    condition     = var.mode == "reuse" || alltrue([for listener in var.listeners : (listener.action == "forward") == (listener.target_group_arn != null)])
    error_message = "target_group_arn belongs to action forward, and only to it: ${join(", ", [for key, listener in var.listeners : "${key} = ${listener.action}"])}."
  }
  validation {
    condition     = alltrue([for listener in var.listeners : !listener.owned_by_delivery || listener.action == "forward"])
    error_message = "A delivery owns only what forwards; not so: ${join(", ", [for key, listener in var.listeners : key if listener.owned_by_delivery && listener.action != "forward"])}."
  }
  validation {
    condition     = var.mode == "reuse" || alltrue([for listener in var.listeners : listener.protocol != "HTTPS" || var.certificate_arn != null || listener.certificate_arn != null])
    error_message = "A listener with protocol HTTPS needs a certificate_arn; for HTTP alone say so: listeners = { http = { port = 80, protocol = \"HTTP\" } }."
  }
  validation {
    condition     = alltrue([for listener in var.listeners : can(regex("^ELBSecurityPolicy-(TLS13-1-[23]-|TLS-1-2-|FS-1-2-)", listener.ssl_policy))])
    error_message = "ssl_policy allows TLS 1.2 or later only; not so: ${join(", ", [for key, listener in var.listeners : "${key} = ${listener.ssl_policy}" if !can(regex("^ELBSecurityPolicy-(TLS13-1-[23]-|TLS-1-2-|FS-1-2-)", listener.ssl_policy))])}."
  }
}

variable "access_logs" {
  description = <<-EOT
    Where each request is logged: `destination` `s3`, the bucket `bucket_name` under `prefix`, to which the load
    balancers of the region may write; or `none`, which must be set.
  EOT
  type = object({
    destination = optional(string, "s3")
    bucket_name = optional(string)
    prefix      = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["s3", "none"], var.access_logs.destination)
    error_message = "access_logs.destination is s3 or none, not ${var.access_logs.destination}."
  }
  validation {
    condition     = var.mode == "reuse" || (var.access_logs.destination == "s3") == (var.access_logs.bucket_name != null)
    error_message = "access_logs.bucket_name belongs to destination s3, and only to it; destination is ${var.access_logs.destination}."
  }
}

variable "deletion_protection" {
  description = "Whether deleting is refused. It must be false, and applied, before the load balancer can be destroyed."
  type        = bool
  default     = true
  nullable    = false
}

variable "idle_timeout" {
  description = "Seconds after which a connection without traffic is closed."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.idle_timeout >= 1 && var.idle_timeout <= 4000 && floor(var.idle_timeout) == var.idle_timeout
    error_message = "idle_timeout is 1 to 4000 seconds, not ${var.idle_timeout}."
  }
}

variable "http2" {
  description = "Whether clients may speak HTTP/2."
  type        = bool
  default     = true
  nullable    = false
}

variable "host_name" {
  description = "Public host name, if it has its own, e.g. `shop.example.org`; used for the output `url` only."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
