variable "mode" {
  description = "`create` makes the certificate, `reuse` finds the one named in `existing`; the outputs are the same."
  type        = string
  default     = "create"
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.mode)
    error_message = "mode is create or reuse, not ${var.mode}."
  }
}

variable "zone_mode" {
  description = "`reuse` finds the zone named in `existing`, since a deployment rarely owns its domain; `create` creates it, only in mode `create`."
  type        = string
  default     = "reuse"
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.zone_mode)
    error_message = "zone_mode is create or reuse, not ${var.zone_mode}."
  }
  validation {
    condition     = var.mode == "create" || var.zone_mode == "reuse"
    error_message = "mode is reuse, and an existing certificate needs an existing zone: zone_mode is reuse, not ${var.zone_mode}."
  }
}

variable "existing" {
  description = "Id of the `zone`, unless `zone_mode` is `create`, and in mode `reuse` the ARN of the `certificate`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(local.expected, [for key, id in var.existing : key if id != ""])) == 0
    error_message = "mode is ${var.mode}, zone_mode ${var.zone_mode}, and existing lacks: ${join(", ", setsubtract(local.expected, [for key, id in var.existing : key if id != ""]))}."
  }
  validation {
    condition     = length(setsubtract(keys(var.existing), local.expected)) == 0
    error_message = "mode is ${var.mode}, zone_mode ${var.zone_mode}, and existing has unused keys: ${join(", ", setsubtract(keys(var.existing), local.expected))}."
  }
}

variable "name" {
  description = "Name of the deployment; resources are tagged with it."
  type        = string
  nullable    = false
}

variable "zone_name" {
  description = "Name of the zone, such as `example.org`; an existing zone of another name is refused."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z0-9-]{2,}$", var.zone_name))
    error_message = "zone_name is a domain in lower case, without a dot at its end; not ${var.zone_name}."
  }
}

variable "domain_name" {
  description = "First name of the certificate, in the zone; `*.` before a name stands for all names right below it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([*][.])?([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z0-9-]{2,}$", var.domain_name)) && length(var.domain_name) <= 64
    error_message = "domain_name is a name of up to 64 characters in lower case, not ${var.domain_name}."
  }
  validation {
    condition     = endswith(".${trimprefix(var.domain_name, "*.")}", ".${var.zone_name}")
    error_message = "domain_name is a name of the zone ${var.zone_name}, not ${var.domain_name}."
  }
}

variable "alternative_names" {
  description = "Additional names of the certificate, in the zone. Changing the names creates a new certificate before the old one is deleted."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.alternative_names : can(regex("^([*][.])?([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z0-9-]{2,}$", name)) && endswith(".${trimprefix(name, "*.")}", ".${var.zone_name}")])
    error_message = "alternative_names are names of the zone ${var.zone_name} in lower case; not all are: ${join(", ", var.alternative_names)}."
  }
  validation {
    condition     = !contains(var.alternative_names, var.domain_name)
    error_message = "${var.domain_name} is domain_name already, and needs no place among alternative_names."
  }
}

variable "key_algorithm" {
  description = "Kind of the certificate's key: `RSA_2048`, which every client supports, or `EC_prime256v1` or `EC_secp384r1`. Changing it makes a new certificate before the old one goes."
  type        = string
  default     = "RSA_2048"
  nullable    = false

  validation {
    condition     = contains(["RSA_2048", "EC_prime256v1", "EC_secp384r1"], var.key_algorithm)
    error_message = "key_algorithm is RSA_2048, EC_prime256v1 or EC_secp384r1, not ${var.key_algorithm}."
  }
}

variable "wait" {
  description = "Whether to wait until the certificate is issued. Say false as long as the parent zone does not know a new zone: it is not issued before."
  type        = bool
  default     = true
  nullable    = false
}

variable "records" {
  description = <<-EOT
    Names in the zone that point to AWS resources, by key, in both modes: `name`, and the target's `target_dns_name` and
    `target_zone_id` (outputs of load-balancer and cdn); `ipv6` if the target has it too; `evaluate_target_health`
    removes the name while the target is unhealthy, which is useless if it is the only target.
  EOT
  type = map(object({
    name                   = string
    target_dns_name        = string
    target_zone_id         = string
    ipv6                   = optional(bool, false)
    evaluate_target_health = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for record in var.records : endswith(".${record.name}", ".${var.zone_name}")])
    error_message = "A record is a name of the zone ${var.zone_name}; not so: ${join(", ", [for key, record in var.records : "${key} = ${record.name}" if !endswith(".${record.name}", ".${var.zone_name}")])}."
  }
  validation {
    condition     = length(distinct([for record in var.records : record.name])) == length(var.records)
    error_message = "Two records have the same name: ${join(", ", [for key, record in var.records : "${key} = ${record.name}"])}."
  }
}

variable "caa_issuers" {
  description = "Only these authorities may issue certificates for names of the zone, such as `amazon.com`; if empty, every authority may. It applies to the whole zone, so name the authorities of its other names too."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.caa_issuers) == 0 || length(setintersection(var.caa_issuers, ["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"])) > 0
    error_message = "caa_issuers without amazon.com would refuse this certificate; given: ${join(", ", var.caa_issuers)}."
  }
}

variable "query_log" {
  description = "Whether queries to a created zone are logged, for how many `retention_days`, encrypted with `kms_key_arn` if it is set; AWS writes such logs in us-east-1 only."
  type = object({
    enabled        = optional(bool, false)
    retention_days = optional(number, 90)
    kms_key_arn    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = !var.query_log.enabled || (var.mode == "create" && var.zone_mode == "create")
    error_message = "query_log is only for a zone that is created; zone_mode is ${var.zone_mode}."
  }
  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.query_log.retention_days)
    error_message = "query_log.retention_days is one of the numbers that CloudWatch takes (7, 14, 30, 60, 90, 180, 365 …), not ${var.query_log.retention_days}."
  }
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
