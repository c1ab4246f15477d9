variable "mode" {
  description = "`create` makes the endpoints, `reuse` finds those named in `existing`; the outputs are the same."
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
    In mode `reuse` the id of the endpoint for each key of `endpoints`, as `endpoints = { s3 = "vpce-…" }`, and, if one
    of them is an interface, `security_group = { id = … }`; empty in mode `create`.
  EOT
  type        = map(map(string))
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(local.expected, flatten([for kind, ids in var.existing : [for key, id in ids : "${kind}.${key}" if id != ""]]))) == 0
    error_message = format("mode is reuse and existing lacks: %s.", join(", ", setsubtract(local.expected, flatten([for kind, ids in var.existing : [for key, id in ids : "${kind}.${key}" if id != ""]]))))
  }
  validation {
    condition     = length(setsubtract(flatten([for kind, ids in var.existing : length(ids) == 0 ? [kind] : [for key in keys(ids) : "${kind}.${key}"]]), local.expected)) == 0
    error_message = format("mode is %s and existing has unused keys: %s.", var.mode, join(", ", setsubtract(flatten([for kind, ids in var.existing : length(ids) == 0 ? [kind] : [for key in keys(ids) : "${kind}.${key}"]]), local.expected)))
  }
}

variable "name" {
  description = "Deployment that the endpoints belong to; the prefix of all names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,31}$", var.name)) && !startswith(var.name, "sg-")
    error_message = "name is up to 32 lower-case letters, digits and -, and does not start with sg-; not ${var.name}."
  }
}

variable "vpc_id" {
  description = "VPC that the endpoints are in. Changing it replaces them."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.vpc_id, "vpc-")
    error_message = "vpc_id is the id of a VPC, such as vpc-0a1b2c3d4e5f60718, not ${var.vpc_id}."
  }
}

variable "endpoints" {
  description = <<-EOT
    Endpoints by key, which is AWS's name of the service (`s3`, `ecr.api`, `logs`) unless `service`, or a whole
    `service_name`, is set. `type` `interface`, or `gateway` for s3 and dynamodb; `private_dns`, whether the service's usual name leads to the
    interface; `account_only` refuses principals of other accounts, and what no principal asks for; `policy` is one of your own, as JSON.
    Without either everything that the principal may do passes.
  EOT
  type = map(object({
    type         = optional(string, "interface")
    service      = optional(string)
    service_name = optional(string)
    private_dns  = optional(bool, true)
    account_only = optional(bool, false)
    policy       = optional(string)
  }))
  nullable = false

  validation {
    condition     = length(var.endpoints) > 0
    error_message = "endpoints names at least one endpoint."
  }
  validation {
    condition     = alltrue([for key in keys(var.endpoints) : can(regex("^[a-z0-9][a-z0-9.-]{0,63}$", key))])
    error_message = "Keys of endpoints are up to 64 lower-case letters, digits, . and -; not all are: ${join(", ", keys(var.endpoints))}."
  }
  validation {
    condition     = alltrue([for endpoint in var.endpoints : contains(["interface", "gateway"], endpoint.type)])
    error_message = "type is interface or gateway; not so: ${join(", ", [for key, endpoint in var.endpoints : "${key} = ${endpoint.type}" if !contains(["interface", "gateway"], endpoint.type)])}."
  }
  validation {
    condition     = alltrue([for key, endpoint in var.endpoints : endpoint.type != "gateway" || can(regex("(^|\\.)(s3|dynamodb)$", coalesce(endpoint.service_name, endpoint.service, key)))])
    error_message = "Only s3 and dynamodb have gateways; not so: ${join(", ", [for key, endpoint in var.endpoints : "${key} = ${coalesce(endpoint.service_name, endpoint.service, key)}" if endpoint.type == "gateway" && !can(regex("(^|\\.)(s3|dynamodb)$", coalesce(endpoint.service_name, endpoint.service, key)))])}."
  }
  validation {
    condition     = alltrue([for endpoint in var.endpoints : length([for said in [endpoint.service, endpoint.service_name] : said if said != null]) < 2])
    error_message = "An endpoint has service or service_name, not both: ${join(", ", [for key, endpoint in var.endpoints : key if length([for said in [endpoint.service, endpoint.service_name] : said if said != null]) == 2])}."
  }
  validation {
    condition     = alltrue([for endpoint in var.endpoints : endpoint.policy == null || (!endpoint.account_only && can(jsondecode(coalesce(endpoint.policy, "{}"))))])
    error_message = "policy is JSON, and not given beside account_only; not so: ${join(", ", [for key, endpoint in var.endpoints : key if !(endpoint.policy == null || (!endpoint.account_only && can(jsondecode(coalesce(endpoint.policy, "{}")))))])}."
  }
}

variable "route_table_ids" {
  description = "Route tables that lead to the gateways, by tier and zone, from the outputs of `network`."
  type        = map(map(string))
  default     = {}
  nullable    = false

  validation {
    condition     = var.mode == "reuse" || length(flatten([for tables in var.route_table_ids : keys(tables)])) > 0 || alltrue([for endpoint in var.endpoints : endpoint.type != "gateway"])
    error_message = "route_table_ids is empty, so nothing can use these gateways: ${join(", ", [for key, endpoint in var.endpoints : key if endpoint.type == "gateway"])}."
  }
}

variable "subnet_ids" {
  description = "Subnets that the interfaces have an address in, by zone; one a zone."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = var.mode == "reuse" || length(var.subnet_ids) > 0 || alltrue([for endpoint in var.endpoints : endpoint.type != "interface"])
    error_message = "subnet_ids is empty, and these interfaces need subnets: ${join(", ", [for key, endpoint in var.endpoints : key if endpoint.type == "interface"])}."
  }
}

variable "cidr_blocks" {
  description = "Addresses that may ask the interfaces, by key: those of the VPC, as `{ vpc = module.network.vpc_cidr_block }`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = var.mode == "reuse" || length(var.cidr_blocks) > 0 || alltrue([for endpoint in var.endpoints : endpoint.type != "interface"])
    error_message = "cidr_blocks is empty, so nothing can connect to these interfaces: ${join(", ", [for key, endpoint in var.endpoints : key if endpoint.type == "interface"])}."
  }
  validation {
    condition     = alltrue([for cidr in var.cidr_blocks : can(cidrnetmask(cidr)) && try(cidrsubnet(cidr, 0, 0) == cidr && tonumber(split("/", cidr)[1]) >= 8, false)])
    error_message = "cidr_blocks are IPv4 networks of /8 or smaller, such as 10.0.0.0/16; not all are: ${join(", ", values(var.cidr_blocks))}."
  }
  validation {
    condition     = alltrue([for key in keys(var.cidr_blocks) : can(regex("^[a-z0-9][a-z0-9-]{0,63}$", key))])
    error_message = "Keys of cidr_blocks are up to 64 lower-case letters, digits and -; not all are: ${join(", ", keys(var.cidr_blocks))}."
  }
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
