variable "mode" {
  description = "`create` makes the groups, `reuse` finds those named in `existing`; the outputs are the same."
  type        = string
  default     = "create"
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.mode)
    error_message = "mode is create or reuse, not ${var.mode}."
  }
}

variable "existing" {
  description = "In mode `reuse` the id of the security group that stands for each key of `groups`; empty in mode `create`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(local.expected, [for key, id in var.existing : key if id != ""])) == 0
    error_message = "mode is reuse and existing lacks: ${join(", ", setsubtract(local.expected, [for key, id in var.existing : key if id != ""]))}."
  }
  validation {
    condition     = length(setsubtract(keys(var.existing), local.expected)) == 0
    error_message = "mode is ${var.mode} and existing has unused keys: ${join(", ", setsubtract(keys(var.existing), local.expected))}."
  }
}

variable "name" {
  description = "Deployment that the groups belong to; a group is named `NAME-KEY-` plus a suffix of AWS."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,31}$", var.name)) && !startswith(var.name, "sg-")
    error_message = "name is up to 32 lower-case letters, digits and -, and does not start with sg-; not ${var.name}."
  }
}

variable "vpc_id" {
  description = "VPC that the groups are in. Changing it replaces them."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.vpc_id, "vpc-")
    error_message = "vpc_id is the id of a VPC, such as vpc-0a1b2c3d4e5f60718, not ${var.vpc_id}."
  }
}

variable "groups" {
  description = <<-EOT
    Groups by key; other configuration uses the key for the group and must stay. `description` of what it is for (changing
    it replaces the group); `ingress` and `egress`, rules by key: `description`; `protocol` `tcp`, `udp`, `icmp` or `all`;
    `port`, or `port` to `to_port`, for tcp and udp; and one place: `cidr_ipv4`, `cidr_ipv6`, `group` (a key of this map),
    `security_group_id` of a group elsewhere or `prefix_list_id`. `public = true` is said on an ingress rule that is open to the
    internet on other ports than 80 or 443. What is in no egress rule cannot be reached; `egress_all` lets the group reach all.
  EOT
  type = map(object({
    description = optional(string, "")
    egress_all  = optional(bool, false)
    ingress = optional(map(object({
      description       = string
      protocol          = optional(string, "tcp")
      port              = optional(number)
      to_port           = optional(number)
      cidr_ipv4         = optional(string)
      cidr_ipv6         = optional(string)
      group             = optional(string)
      security_group_id = optional(string)
      prefix_list_id    = optional(string)
      public            = optional(bool, false)
    })), {})
    egress = optional(map(object({
      description       = string
      protocol          = optional(string, "tcp")
      port              = optional(number)
      to_port           = optional(number)
      cidr_ipv4         = optional(string)
      cidr_ipv6         = optional(string)
      group             = optional(string)
      security_group_id = optional(string)
      prefix_list_id    = optional(string)
    })), {})
  }))
  nullable = false

  validation {
    condition     = length(var.groups) > 0
    error_message = "groups names at least one group."
  }
  validation {
    condition = alltrue(flatten([
      for key, group in var.groups : [for part in concat([key], keys(group.ingress), keys(group.egress)) : can(regex("^[a-z0-9][a-z0-9-]{0,63}$", part))]
    ]))
    error_message = "Keys of groups and rules are up to 64 lower-case letters, digits and -; not all are: ${join(", ", flatten([for key, group in var.groups : [for part in concat([key], keys(group.ingress), keys(group.egress)) : part if !can(regex("^[a-z0-9][a-z0-9-]{0,63}$", part))]]))}."
  }
  validation {
    condition = var.mode == "reuse" || alltrue(flatten([
      for group in var.groups : [
        for text in concat([group.description], values(group.ingress)[*].description, values(group.egress)[*].description) :
        can(regex("^[A-Za-z0-9 ._:/()#,@+=&;{}!$*\\[\\]-]{1,255}$", text))
      ]
    ]))
    error_message = format("Groups and rules are described in 1 to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*; these are not: %s.", join(", ", flatten([
      for key, group in var.groups : [
        for name, text in merge(
          { (key) = group.description },
          { for rule_key, rule in group.ingress : "${key}/${rule_key} (ingress)" => rule.description },
          { for rule_key, rule in group.egress : "${key}/${rule_key} (egress)" => rule.description },
        ) : name if !can(regex("^[A-Za-z0-9 ._:/()#,@+=&;{}!$*\\[\\]-]{1,255}$", text))
      ]
    ])))
  }
  validation {
    condition = alltrue(flatten([
      for group in var.groups : [
        for rule in concat(values(group.ingress), values(group.egress)) :
        length([for place in [rule.cidr_ipv4, rule.cidr_ipv6, rule.group, rule.security_group_id, rule.prefix_list_id] : place if place != null]) == 1
      ]
    ]))
    error_message = format("A rule has exactly one of cidr_ipv4, cidr_ipv6, group, security_group_id and prefix_list_id; these have not: %s.", join(", ", flatten([
      for key, group in var.groups : [
        for name, rule in merge({ for rule_key, rule in group.ingress : "${key}/${rule_key} (ingress)" => rule }, { for rule_key, rule in group.egress : "${key}/${rule_key} (egress)" => rule }) :
        name if length([for place in [rule.cidr_ipv4, rule.cidr_ipv6, rule.group, rule.security_group_id, rule.prefix_list_id] : place if place != null]) != 1
      ]
    ])))
  }
  validation {
    condition = alltrue(flatten([
      for group in var.groups : [
        for rule in concat(values(group.ingress), values(group.egress)) : rule.group == null || contains(keys(var.groups), coalesce(rule.group, " "))
      ]
    ]))
    error_message = format("group is a key of groups (%s); these rules name another: %s.", join(", ", keys(var.groups)), join(", ", flatten([
      for key, group in var.groups : [
        for name, rule in merge({ for rule_key, rule in group.ingress : "${key}/${rule_key} (ingress)" => rule }, { for rule_key, rule in group.egress : "${key}/${rule_key} (egress)" => rule }) :
        "${name} = ${coalesce(rule.group, " ")}" if !(rule.group == null || contains(keys(var.groups), coalesce(rule.group, " ")))
      ]
    ])))
  }
  validation {
    condition = alltrue(flatten([
      for group in var.groups : [
        for rule in concat(values(group.ingress), values(group.egress)) :
        contains(["tcp", "udp"], rule.protocol)
        ? try(rule.port >= 0 && rule.port <= coalesce(rule.to_port, rule.port) && coalesce(rule.to_port, rule.port) <= 65535, false)
        : contains(["icmp", "all"], rule.protocol) && rule.port == null && rule.to_port == null
      ]
    ]))
    error_message = format("protocol is tcp or udp with a port from 0 to 65535 (and to_port not below it), or icmp or all without; these rules are not so: %s.", join(", ", flatten([
      for key, group in var.groups : [
        for name, rule in merge({ for rule_key, rule in group.ingress : "${key}/${rule_key} (ingress)" => rule }, { for rule_key, rule in group.egress : "${key}/${rule_key} (egress)" => rule }) :
        name if !(
          contains(["tcp", "udp"], rule.protocol)
          ? try(rule.port >= 0 && rule.port <= coalesce(rule.to_port, rule.port) && coalesce(rule.to_port, rule.port) <= 65535, false)
          : contains(["icmp", "all"], rule.protocol) && rule.port == null && rule.to_port == null
        )
      ]
    ])))
  }
  validation {
    condition = alltrue(flatten([
      for group in var.groups : [
        for rule in concat(values(group.ingress), values(group.egress)) :
        alltrue([for cidr in concat(rule.cidr_ipv4[*], rule.cidr_ipv6[*]) : try(cidrsubnet(cidr, 0, 0) == cidr, false)]) && alltrue([for cidr in rule.cidr_ipv4[*] : can(cidrnetmask(cidr))])
      ]
    ]))
    error_message = format("Addresses are networks as AWS writes them, such as 10.0.0.0/16 or 2001:db8::/32; these rules have others: %s.", join(", ", flatten([
      for key, group in var.groups : [
        for name, rule in merge({ for rule_key, rule in group.ingress : "${key}/${rule_key} (ingress)" => rule }, { for rule_key, rule in group.egress : "${key}/${rule_key} (egress)" => rule }) :
        "${name} = ${join(" ", concat(rule.cidr_ipv4[*], rule.cidr_ipv6[*]))}" if !(
          alltrue([for cidr in concat(rule.cidr_ipv4[*], rule.cidr_ipv6[*]) : try(cidrsubnet(cidr, 0, 0) == cidr, false)]) && alltrue([for cidr in rule.cidr_ipv4[*] : can(cidrnetmask(cidr))])
        )
      ]
    ])))
  }
  # The half of all addresses is as open as all of them: what is wider than the widest private network (/8, and /16 of IPv6) counts.
  validation {
    condition = alltrue(flatten([
      for group in var.groups : [
        for rule in values(group.ingress) :
        rule.public ||
        alltrue([for cidr in concat(rule.cidr_ipv4[*], rule.cidr_ipv6[*]) : try(tonumber(split("/", cidr)[1]) >= (strcontains(cidr, ":") ? 16 : 8), true)]) ||
        (rule.protocol == "tcp" && try(contains([80, 443], rule.port) && coalesce(rule.to_port, rule.port) == rule.port, false))
      ]
    ]))
    error_message = format("Open to the internet on other ports than 80 or 443, without public = true: %s.", join(", ", flatten([
      for key, group in var.groups : [
        for rule_key, rule in group.ingress : "${key}/${rule_key}" if !(
          rule.public ||
          alltrue([for cidr in concat(rule.cidr_ipv4[*], rule.cidr_ipv6[*]) : try(tonumber(split("/", cidr)[1]) >= (strcontains(cidr, ":") ? 16 : 8), true)]) ||
          (rule.protocol == "tcp" && try(contains([80, 443], rule.port) && coalesce(rule.to_port, rule.port) == rule.port, false))
        )
      ]
    ])))
  }
  validation {
    condition     = alltrue([for group in var.groups : !group.egress_all || length(group.egress) == 0])
    error_message = "A group has egress_all or egress rules, not both: ${join(", ", [for key, group in var.groups : key if group.egress_all && length(group.egress) > 0])}."
  }
}

variable "close_default_group" {
  description = "Whether the VPC's default security group, which allows all traffic between its members, is emptied; the module network does that for its own VPC."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.close_default_group || var.mode == "create"
    error_message = "close_default_group changes a VPC; mode reuse changes nothing."
  }
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
