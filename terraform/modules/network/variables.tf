variable "mode" {
  description = "`create` makes the network, `reuse` finds the one named in `existing`; the outputs are the same."
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
    In mode `reuse` what exists: `vpc = { name = … }` of a network that this module created elsewhere, whose other parts
    are found by their names; or the ids, `vpc = { id = … }` and, for each of `tiers`, the subnet of each key of `zones`, as
    `private = { a = "subnet-…" }`. Empty in mode `create`.
  EOT
  type        = map(map(string))
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(lookup(local.expected, contains(keys(try(var.existing["vpc"], {})), "name") ? "name" : "id", []), flatten([for kind, ids in var.existing : [for key, id in ids : "${kind}.${key}" if id != ""]]))) == 0
    error_message = "mode is reuse and existing lacks: ${join(", ", setsubtract(lookup(local.expected, contains(keys(try(var.existing["vpc"], {})), "name") ? "name" : "id", []), flatten([for kind, ids in var.existing : [for key, id in ids : "${kind}.${key}" if id != ""]])))}."
  }
  validation {
    condition     = length(setsubtract(flatten([for kind, ids in var.existing : length(ids) == 0 ? [kind] : [for key in keys(ids) : "${kind}.${key}"]]), lookup(local.expected, contains(keys(try(var.existing["vpc"], {})), "name") ? "name" : "id", []))) == 0
    error_message = "mode is ${var.mode} and existing has unused keys: ${join(", ", setsubtract(flatten([for kind, ids in var.existing : length(ids) == 0 ? [kind] : [for key in keys(ids) : "${kind}.${key}"]]), lookup(local.expected, contains(keys(try(var.existing["vpc"], {})), "name") ? "name" : "id", [])))}."
  }
}

variable "name" {
  description = "Name of the network; resources are named after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,31}$", var.name))
    error_message = "name is up to 32 lower-case letters, digits and -, not ${var.name}."
  }
}

variable "cidr_block" {
  description = "Addresses of the VPC. Half of them are for private subnets, a quarter each for public and data. Changing it replaces the VPC."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.cidr_block)) && try(cidrsubnet(var.cidr_block, 0, 0) == var.cidr_block, false)
    error_message = "cidr_block is an IPv4 network such as 10.0.0.0/16, not ${var.cidr_block}."
  }
  validation {
    condition     = try(tonumber(split("/", var.cidr_block)[1]), 16) >= 16 && try(tonumber(split("/", var.cidr_block)[1]), 16) + 2 + var.zone_bits <= 28
    error_message = "${var.cidr_block} is too big for a VPC (/16), or too small for subnets of /28 with room for ${pow(2, var.zone_bits)} zones."
  }
}

variable "zone_bits" {
  description = "Bits of an address that tell the zone: 3 leaves room for 8 zones. Changing it moves every subnet."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = contains([1, 2, 3, 4], var.zone_bits)
    error_message = "zone_bits is 1, 2, 3 or 4, not ${var.zone_bits}."
  }
}

variable "zones" {
  description = <<-EOT
    Availability zones by key. The key identifies the subnets and must not change; a letter stands for the zone of the
    region with that letter and for a place in the addresses (a is 0), so that taking a zone away moves no other. For
    another key, or another place, set them: `name` of the zone, `place` from 0. `cidr_blocks` by tier overrides addresses.
  EOT
  type = map(object({
    name        = optional(string)
    place       = optional(number)
    cidr_blocks = optional(map(string), {})
  }))
  default  = { a = {}, b = {}, c = {} }
  nullable = false

  validation {
    condition     = length(var.zones) > 0
    error_message = "zones names at least one availability zone."
  }
  validation {
    condition     = alltrue([for key, zone in var.zones : can(regex("^[a-z]$", key)) || (zone.name != null && zone.place != null)])
    error_message = "A zone whose key is not one letter needs a name and a place: ${join(", ", [for key, zone in var.zones : key if !can(regex("^[a-z]$", key)) && (zone.name == null || zone.place == null)])}."
  }
  validation {
    condition = alltrue([
      for key, zone in var.zones : try(contains(range(pow(2, var.zone_bits)), coalesce(zone.place, index(split("", "abcdefghijklmnopqrstuvwxyz"), key))), true)
    ])
    error_message = "Places are 0 to ${pow(2, var.zone_bits) - 1} with zone_bits = ${var.zone_bits}; not all of these zones have one: ${join(", ", keys(var.zones))}."
  }
  validation {
    condition = length(distinct([
      for key, zone in var.zones : try(coalesce(zone.place, index(split("", "abcdefghijklmnopqrstuvwxyz"), key)), key)
    ])) == length(var.zones)
    error_message = "Two zones have the same place: ${join(", ", [for key, zone in var.zones : "${key} = ${try(coalesce(zone.place, index(split("", "abcdefghijklmnopqrstuvwxyz"), key)), "none")}"])}."
  }
  validation {
    condition     = alltrue(flatten([for zone in var.zones : [for tier, cidr in zone.cidr_blocks : contains(var.tiers, tier) && can(cidrnetmask(cidr))]]))
    error_message = "cidr_blocks are IPv4 networks by tier, and tiers are ${join(", ", var.tiers)}."
  }
}

variable "tiers" {
  description = "Kinds of subnets in each zone: `public` for load balancers, `private` for services and instances, `data` for databases, without a route to the internet."
  type        = set(string)
  default     = ["public", "private", "data"]
  nullable    = false

  validation {
    condition     = length(var.tiers) > 0 && length(setsubtract(var.tiers, ["public", "private", "data"])) == 0
    error_message = "tiers are some of public, private and data, not: ${join(", ", var.tiers)}."
  }
}

variable "nat" {
  description = "How private subnets reach the internet: `single` by one NAT gateway in the first zone (cheap), `per-zone` by one in each (a lost zone affects no other), `none` not at all. If there are fewer than before, AWS takes their public addresses back."
  type        = string
  default     = "single"
  nullable    = false

  validation {
    condition     = contains(["none", "single", "per-zone"], var.nat)
    error_message = "nat is none, single or per-zone, not ${var.nat}."
  }
  validation {
    condition     = var.mode == "reuse" || var.nat == "none" || length(setsubtract(["public", "private"], var.tiers)) == 0
    error_message = "nat = ${var.nat} needs the tiers public and private; for a network without them say nat = none."
  }
}

variable "flow_logs" {
  description = "Where flow logs are written: `destination` `cloudwatch` (a log group of `retention_days`, encrypted with `kms_key_arn` if it is set), `s3` (the bucket `bucket_arn`) or `none`, which deletes that group with its records; `traffic` ALL, ACCEPT or REJECT."
  type = object({
    destination    = optional(string, "cloudwatch")
    retention_days = optional(number, 90)
    kms_key_arn    = optional(string)
    bucket_arn     = optional(string)
    traffic        = optional(string, "ALL")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["cloudwatch", "s3", "none"], var.flow_logs.destination)
    error_message = "flow_logs.destination is cloudwatch, s3 or none, not ${var.flow_logs.destination}."
  }
  validation {
    condition     = (var.flow_logs.destination == "s3") == (var.flow_logs.bucket_arn != null)
    error_message = "flow_logs.bucket_arn belongs to destination s3, and only to it; destination is ${var.flow_logs.destination}."
  }
  validation {
    condition     = contains(["ALL", "ACCEPT", "REJECT"], var.flow_logs.traffic)
    error_message = "flow_logs.traffic is ALL, ACCEPT or REJECT, not ${var.flow_logs.traffic}."
  }
}

variable "path" {
  description = "Path of the role that the module makes. Changing it replaces the role."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9._-]+/)*$", var.path))
    error_message = "path begins and ends with /, not ${var.path}."
  }
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of the role, if the account requires one."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary is the ARN of a policy, not ${coalesce(var.permissions_boundary, "null")}."
  }
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
