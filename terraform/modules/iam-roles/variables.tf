variable "mode" {
  description = "`create` makes the roles, `reuse` finds those named in `existing`; the outputs are the same."
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
    In mode `reuse` the names of what exists: `roles` has the role of each key of `roles`, `instance_profiles` the profile of
    each that EC2 instances work with (`trust.by = "ec2"`); empty in mode `create`.
  EOT
  type        = map(map(string))
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(local.expected, flatten([for kind, names in var.existing : [for key, name in names : "${kind}.${key}" if name != ""]]))) == 0
    error_message = "mode is reuse and existing lacks: ${join(", ", setsubtract(local.expected, flatten([for kind, names in var.existing : [for key, name in names : "${kind}.${key}" if name != ""]])))}."
  }
  validation {
    condition     = length(setsubtract(flatten([for kind, names in var.existing : length(names) == 0 ? [kind] : [for key in keys(names) : "${kind}.${key}"]]), local.expected)) == 0
    error_message = "mode is ${var.mode} and existing has unused keys: ${join(", ", setsubtract(flatten([for kind, names in var.existing : length(names) == 0 ? [kind] : [for key in keys(names) : "${kind}.${key}"]]), local.expected))}."
  }
}

variable "name" {
  description = "Deployment; a role without `name` is called `NAME-KEY`, and plan and apply roles are for resources that are named after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,31}$", var.name))
    error_message = "name is up to 32 lower-case letters, digits and -, not ${var.name}."
  }
}

variable "roles" {
  description = <<-EOT
    Roles by key. `kind` says what for: `plan`, `apply`, `deploy`, `build`, `instance`, `task` or `task-execution`.
    `trust.by` says who may use it: `ec2` (instances; makes an instance profile), `ecs-tasks`, `oidc` (who proves to be one
    of `subjects` for one of `audiences` to the identity provider `provider_arn`) or `principals` (ARNs of roles, users and
    accounts, with `external_id` where one is agreed). `may` names the resources, by what they are; which of them a kind
    takes, and what it may do with them, is in the README. `statements` by Sid add what no kind has: `*` for other than
    Describe and List actions needs a `wildcard_reason`. `session_manager` lets people with Systems Manager into the instance
    or, by ECS Exec, the task. `max_session_seconds`; `name` instead of `NAME-KEY`; `description`.
  EOT
  type = map(object({
    kind = string
    trust = object({
      by           = string
      provider_arn = optional(string)
      subjects     = optional(set(string), [])
      audiences    = optional(set(string), ["sts.amazonaws.com"])
      principals   = optional(set(string), [])
      external_id  = optional(string)
    })
    may = optional(map(list(string)), {})
    statements = optional(map(object({
      effect          = optional(string, "Allow")
      actions         = list(string)
      resources       = list(string)
      conditions      = optional(map(map(list(string))), {})
      wildcard_reason = optional(string, "")
    })), {})
    session_manager     = optional(bool, false)
    max_session_seconds = optional(number, 3600)
    name                = optional(string)
    description         = optional(string)
  }))
  nullable = false

  validation {
    condition     = length(var.roles) > 0
    error_message = "roles names at least one role."
  }
  validation {
    condition     = alltrue([for key, role in var.roles : can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", coalesce(role.name, "${var.name}-${key}")))])
    error_message = "The name of a role is up to 64 letters, digits and + = , . @ _ -; not all are: ${join(", ", [for key, role in var.roles : coalesce(role.name, "${var.name}-${key}")])}."
  }
  validation {
    condition     = alltrue([for role in var.roles : contains(["plan", "apply", "deploy", "build", "instance", "task", "task-execution"], role.kind)])
    error_message = "kind is plan, apply, deploy, build, instance, task or task-execution; not all are: ${join(", ", [for key, role in var.roles : "${key} = ${role.kind}"])}."
  }
  validation {
    condition     = alltrue([for role in var.roles : contains(["ec2", "ecs-tasks", "oidc", "principals"], role.trust.by)])
    error_message = "trust.by is ec2, ecs-tasks, oidc or principals; not all are: ${join(", ", [for key, role in var.roles : "${key} = ${role.trust.by}"])}."
  }
  validation {
    condition = alltrue([
      for role in var.roles : role.trust.by == "oidc"
      ? can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/.+$", role.trust.provider_arn)) && length(role.trust.subjects) > 0 && length(role.trust.audiences) > 0
      : role.trust.provider_arn == null && length(role.trust.subjects) == 0
    ])
    error_message = "trust.by = oidc needs provider_arn, subjects and audiences,, and no other trust takes them; see: ${join(", ", [for key, role in var.roles : key if role.trust.by == "oidc" || role.trust.provider_arn != null || length(role.trust.subjects) > 0])}."
  }
  validation {
    condition = alltrue(flatten([
      for role in var.roles : concat(
        [for subject in role.trust.subjects : can(regex("^[^*?:/]+[:/]+[^*?:/]+([:/*?]|$)", subject))],
        [for audience in role.trust.audiences : !can(regex("[*?]", audience))],
      )
    ]))
    error_message = "A subject names at least two parts before its first wildcard, as repo:acme/shop:* does, and an audience has none; not all do: ${join(", ", flatten([for role in var.roles : concat(tolist(role.trust.subjects), tolist(role.trust.audiences))]))}."
  }
  validation {
    condition = alltrue([
      for role in var.roles : role.trust.by == "principals" ? length(role.trust.principals) > 0 : length(role.trust.principals) == 0 && role.trust.external_id == null
    ])
    error_message = "trust.by = principals needs principals,, and no other trust takes them or an external_id; see: ${join(", ", [for key, role in var.roles : key if role.trust.by == "principals" || length(role.trust.principals) > 0 || role.trust.external_id != null])}."
  }
  validation {
    condition     = alltrue(flatten([for role in var.roles : [for arn in role.trust.principals : can(regex("^arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:(root|(role|user|assumed-role)/[^*]+)$", arn))]]))
    error_message = "principals are ARNs of accounts, roles or users and never everyone; not all are: ${join(", ", flatten([for role in var.roles : tolist(role.trust.principals)]))}."
  }
  validation {
    condition = alltrue([
      for role in var.roles : length(setsubtract(keys(role.may), lookup({
        plan           = ["areas", "names", "state", "kms_keys", "read_objects", "write_objects"]
        apply          = ["areas", "names", "state", "kms_keys", "read_objects", "write_objects"]
        deploy         = ["clusters", "services", "task_definitions", "target_groups", "listener_rules", "balancing_roles", "schedule_rules", "schedule_roles", "databases", "launch_templates", "instance_roles", "autoscaling_groups", "repositories", "pass_roles", "log_groups", "secrets", "parameters", "state", "kms_keys", "read_objects", "write_objects"]
        build          = ["clusters", "services", "task_definitions", "target_groups", "listener_rules", "balancing_roles", "schedule_rules", "schedule_roles", "databases", "launch_templates", "instance_roles", "autoscaling_groups", "pass_roles", "state", "repositories", "assume_roles", "log_groups", "secrets", "parameters", "kms_keys", "read_objects", "write_objects"]
        instance       = ["repositories", "clusters", "log_groups", "secrets", "parameters", "kms_keys", "read_objects", "write_objects"]
        task           = ["log_groups", "secrets", "parameters", "kms_keys", "read_objects", "write_objects", "file_systems"]
        task-execution = ["repositories", "log_groups", "secrets", "parameters", "kms_keys"]
      }, role.kind, []))) == 0
    ])
    error_message = "may of a role takes only the keys of its kind (see the README); not so: ${join("; ", [for key, role in var.roles : "${key}, ${role.kind}: ${join(", ", keys(role.may))}"])}."
  }
  validation {
    condition = alltrue(flatten([
      for role in var.roles : [
        for word, values in role.may : [for value in values :
          can(regex("^arn:[^:*]+:[^:*]+:[^:]*:[^:]*:[^*?]", value)) && (strcontains(value, ":s3:::") || !can(regex("^arn:[^:]+:[^:]+:[^:]*:[^:]*:[a-z-]+[:/]+[*?]", value)))
        ]
        if !contains(["areas", "names"], word)
      ]
    ]))
    error_message = "may takes ARNs that name something; not all do: ${join(", ", flatten([for role in var.roles : [for word, values in role.may : values if !contains(["areas", "names"], word)]]))}."
  }
  validation {
    condition = alltrue(flatten([
      for role in var.roles : concat(
        [for area in lookup(role.may, "areas", []) : contains(["network", "compute", "containers", "load-balancing", "registry", "database", "storage", "dns", "cdn", "monitoring", "secrets", "images", "identity"], area)],
        [for name in lookup(role.may, "names", []) : can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*[*]?$", name)) && length(name) > 2],
      )
    ]))
    error_message = "areas are network, compute, containers, load-balancing, registry, database, storage, dns, cdn, monitoring, secrets, images and identity, and names say what they begin with and may end with *; see: ${join(", ", flatten([for role in var.roles : [for word, values in role.may : values if contains(["areas", "names"], word)]]))}."
  }
  validation {
    condition     = alltrue(flatten([for role in var.roles : [for sid, statement in role.statements : can(regex("^[A-Za-z0-9]+$", sid)) && contains(["Allow", "Deny"], statement.effect)]]))
    error_message = "statements are by Sid, of letters and digits, and their effect is Allow or Deny; see: ${join(", ", flatten([for role in var.roles : keys(role.statements)]))}."
  }
  validation {
    condition = alltrue(flatten([
      for role in var.roles : [
        for statement in role.statements :
        statement.effect == "Deny" || trimspace(statement.wildcard_reason) != "" || !contains(statement.resources, "*") || alltrue([for action in statement.actions : can(regex("^[a-z0-9-]+:(Describe|List)[A-Za-z]*[*]?$", action))])
      ]
    ]))
    error_message = "A statement that allows more than Describe and List actions on * needs a wildcard_reason: ${join(", ", flatten([for key, role in var.roles : [for sid, statement in role.statements : "${key}.${sid}" if statement.effect == "Allow" && contains(statement.resources, "*") && trimspace(statement.wildcard_reason) == ""]]))}."
  }
  validation {
    condition     = alltrue([for role in var.roles : !role.session_manager || contains(["build", "instance", "task"], role.kind)])
    error_message = "session_manager is for kinds build, instance and task, not for: ${join(", ", [for key, role in var.roles : key if role.session_manager])}."
  }
  validation {
    condition     = alltrue([for role in var.roles : role.max_session_seconds >= 3600 && role.max_session_seconds <= 43200 && floor(role.max_session_seconds) == role.max_session_seconds])
    error_message = "max_session_seconds is 3600 to 43200."
  }
}

variable "path" {
  description = "Path of all roles and instance profiles. Changing it replaces them, and with them their ARNs."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9._-]+/)*$", var.path))
    error_message = "path begins and ends with /, not ${var.path}."
  }
}

variable "permissions_boundary" {
  description = "ARN of the policy that limits every role. An apply role can then only create roles with the same boundary."
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
