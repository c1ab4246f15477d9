variable "mode" {
  description = "`create` makes the target groups and rules, `reuse` finds those named in `existing`; the outputs are the same."
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
    In mode `reuse` the ARNs of what exists, by key: `target_groups = { web = "arn:…" }` for each of `groups` and
    `listener_rules = { web = "arn:…" }` for each of `listener_rules`; empty in mode `create`.
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
  validation {
    condition = alltrue([
      for key, arn in lookup(var.existing, "listener_rules", {}) :
      try(startswith(arn, "${replace(var.listener_rules[key].listener_arn, ":listener/", ":listener-rule/")}/"), true)
    ])
    error_message = "A rule belongs to the listener that listener_rules names for it; not so: ${join(", ", [
      for key, arn in lookup(var.existing, "listener_rules", {}) : "${key} = ${arn}"
      if !try(startswith(arn, "${replace(var.listener_rules[key].listener_arn, ":listener/", ":listener-rule/")}/"), true)
    ])}."
  }
}

variable "name" {
  description = "Application; resources are named after it and their key."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]*$", var.name))
    error_message = "name is letters, digits and -, not ${var.name}."
  }
}

variable "vpc_id" {
  description = "VPC of the targets. Target groups of another VPC are refused in mode `reuse`."
  type        = string
  nullable    = false
}

variable "groups" {
  description = <<-EOT
    Target groups by key. `port` of the targets; `protocol` HTTP or HTTPS to them, `protocol_version` HTTP1, HTTP2 or GRPC;
    `target_type` `instance` or `ip`; `health_check`, where unless said `port` is the targets' own, `protocol` the group's, and
    `matcher` 200-399, or 0,12 of the codes of gRPC; `deregistration_delay`, for how many seconds a target that goes may end what it has begun; `slow_start`, over how many a
    new one gets its full share (0, or from 30); `algorithm` round_robin, least_outstanding_requests or weighted_random;
    `stickiness` by a cookie; `attachments` by key: an instance id, or an address, with a `port` of its own where it has one.
  EOT
  type = map(object({
    port                 = number
    protocol             = optional(string, "HTTP")
    protocol_version     = optional(string, "HTTP1")
    target_type          = optional(string, "instance")
    deregistration_delay = optional(number, 60)
    slow_start           = optional(number, 0)
    algorithm            = optional(string, "round_robin")
    health_check = optional(object({
      path                = optional(string, "/")
      port                = optional(string, "traffic-port")
      protocol            = optional(string)
      matcher             = optional(string)
      interval            = optional(number, 15)
      timeout             = optional(number, 5)
      healthy_threshold   = optional(number, 2)
      unhealthy_threshold = optional(number, 3)
    }), {})
    stickiness = optional(object({
      enabled         = optional(bool, false)
      type            = optional(string, "lb_cookie")
      cookie_name     = optional(string)
      cookie_duration = optional(number, 86400)
    }), {})
    attachments = optional(map(object({
      target_id         = string
      port              = optional(number)
      availability_zone = optional(string)
    })), {})
  }))
  nullable = false

  validation {
    condition     = length(var.groups) > 0
    error_message = "groups names at least one target group."
  }
  validation {
    condition     = alltrue([for key in keys(var.groups) : can(regex("^[A-Za-z0-9][A-Za-z0-9-]*$", key))])
    error_message = "Keys of groups are letters, digits and -; not so: ${join(", ", [for key in keys(var.groups) : key if !can(regex("^[A-Za-z0-9][A-Za-z0-9-]*$", key))])}."
  }
  validation {
    condition     = alltrue([for group in var.groups : group.port >= 1 && group.port <= 65535 && floor(group.port) == group.port])
    error_message = "A port is 1 to 65535: ${join(", ", [for key, group in var.groups : "${key} = ${group.port}"])}."
  }
  validation {
    condition = alltrue([
      for group in var.groups : contains(["HTTP", "HTTPS"], group.protocol) && contains(["HTTP1", "HTTP2", "GRPC"], group.protocol_version) && contains(["instance", "ip"], group.target_type)
    ])
    error_message = "protocol is HTTP or HTTPS, protocol_version HTTP1, HTTP2 or GRPC, target_type instance or ip; not all are: ${join(", ", [for key, group in var.groups : "${key} = ${group.protocol} ${group.protocol_version} ${group.target_type}"])}."
  }
  validation {
    condition     = alltrue([for group in var.groups : group.health_check.timeout < group.health_check.interval && startswith(group.health_check.path, "/")])
    error_message = "A health check has a path that begins with / and a timeout below its interval; not all have: ${join(", ", [for key, group in var.groups : "${key} = ${group.health_check.path}, ${group.health_check.timeout} of ${group.health_check.interval} seconds"])}."
  }
  validation {
    condition = alltrue([
      for group in var.groups : group.protocol_version != "GRPC" || can(regex("^[0-9]{1,2}([,-][0-9]{1,2})*$", coalesce(group.health_check.matcher, "0")))
    ])
    error_message = "health_check.matcher of a group with protocol_version GRPC has codes of gRPC, 0 to 99; not so: ${join(", ", [for key, group in var.groups : "${key} = ${coalesce(group.health_check.matcher, "0")}" if group.protocol_version == "GRPC"])}."
  }
  validation {
    condition = alltrue([
      for group in var.groups : contains(["round_robin", "least_outstanding_requests", "weighted_random"], group.algorithm) && (
        group.slow_start == 0 || (group.slow_start >= 30 && group.slow_start <= 900 && group.algorithm == "round_robin")
      )
    ])
    error_message = "slow_start is 0 or 30 to 900 seconds and goes with the algorithm round_robin only; algorithms are round_robin, least_outstanding_requests and weighted_random: ${join(", ", [for key, group in var.groups : "${key} = ${group.slow_start} ${group.algorithm}"])}."
  }
  validation {
    condition = alltrue([
      for group in var.groups : contains(["lb_cookie", "app_cookie"], group.stickiness.type) && (group.stickiness.type == "app_cookie") == (group.stickiness.cookie_name != null)
    ])
    error_message = "stickiness.type is lb_cookie or app_cookie, and cookie_name belongs to app_cookie, and only to it: ${join(", ", [for key, group in var.groups : "${key} = ${group.stickiness.type}"])}."
  }
}

variable "listener_rules" {
  description = <<-EOT
    Rules by key that send requests to the groups. `listener_arn`; `priority`, lowest first, each once a listener; what a
    request must have, all of them: `path_patterns`, `host_headers`, `headers` by name, `methods`, `source_cidr_blocks`, five
    values at most; `weights` by key of `groups`, with `sticky_seconds` for which a client stays with its group (0: none).
    With `owned_by_delivery` the weights are only where it begins: Terraform leaves them alone later.
  EOT
  type = map(object({
    listener_arn       = string
    priority           = number
    path_patterns      = optional(set(string), [])
    host_headers       = optional(set(string), [])
    headers            = optional(map(set(string)), {})
    methods            = optional(set(string), [])
    source_cidr_blocks = optional(set(string), [])
    weights            = map(number)
    sticky_seconds     = optional(number, 0)
    owned_by_delivery  = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for rule in var.listener_rules : rule.priority >= 1 && rule.priority <= 50000 && floor(rule.priority) == rule.priority])
    error_message = "A priority is 1 to 50000: ${join(", ", [for key, rule in var.listener_rules : "${key} = ${rule.priority}"])}."
  }
  validation {
    condition     = length(distinct([for rule in var.listener_rules : "${rule.listener_arn} ${rule.priority}"])) == length(var.listener_rules)
    error_message = "Two rules of one listener have the same priority: ${join(", ", [for key, rule in var.listener_rules : "${key} = ${rule.priority}"])}."
  }
  validation {
    condition = alltrue([
      for rule in var.listener_rules : contains([1, 2, 3, 4, 5], length(flatten([
        tolist(rule.path_patterns), tolist(rule.host_headers), [for values in rule.headers : tolist(values)], tolist(rule.methods), tolist(rule.source_cidr_blocks),
      ])))
    ])
    error_message = "A rule has one to five values in its conditions altogether; not all of these have: ${join(", ", keys(var.listener_rules))}."
  }
  validation {
    condition = alltrue([
      for rule in var.listener_rules : length(rule.weights) > 0 && length(rule.weights) <= 5 && length(setsubtract(keys(rule.weights), keys(var.groups))) == 0 &&
      alltrue([for weight in rule.weights : weight >= 0 && weight <= 999 && floor(weight) == weight]) && sum(concat([0], values(rule.weights))) > 0
    ])
    error_message = "weights are 0 to 999 for one to five of the groups ${join(", ", keys(var.groups))}, not all 0: ${join("; ", [for key, rule in var.listener_rules : "${key} = ${jsonencode(rule.weights)}"])}."
  }
  validation {
    condition     = alltrue([for rule in var.listener_rules : rule.sticky_seconds >= 0 && rule.sticky_seconds <= 604800])
    error_message = "sticky_seconds is 0 to 604800 (a week): ${join(", ", [for key, rule in var.listener_rules : "${key} = ${rule.sticky_seconds}"])}."
  }
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
