variable "mode" {
  description = "`create` makes topic, alarms, dashboard, logs and daemons, `reuse` finds those named in `existing`; the outputs are the same."
  type        = string
  default     = "create"
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.mode)
    error_message = "mode is create or reuse, not ${var.mode}."
  }
}

variable "topic_mode" {
  description = "In mode `create`: whether the topic is created too (`create`) or belongs to a team (`reuse`)."
  type        = string
  default     = "create"
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.topic_mode)
    error_message = "topic_mode is create or reuse, not ${var.topic_mode}."
  }
}

variable "existing" {
  description = <<-EOT
    With `topic_mode` `reuse` the topic, as `topic = { arn = … }`. In mode `reuse` also, by key, the ARNs of `alarms`, the names of
    `log_groups` and of the services of `daemons`, and `dashboard = { name = … }`. Empty otherwise.
  EOT
  type        = map(map(string))
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(local.expected, flatten([for kind, ids in var.existing : [for key, id in ids : "${kind}.${key}" if id != ""]]))) == 0
    error_message = "mode is ${var.mode}, topic_mode ${var.topic_mode}, and existing lacks: ${join(", ", setsubtract(local.expected, flatten([for kind, ids in var.existing : [for key, id in ids : "${kind}.${key}" if id != ""]])))}."
  }
  validation {
    condition     = length(setsubtract(flatten([for kind, ids in var.existing : length(ids) == 0 ? [kind] : [for key in keys(ids) : "${kind}.${key}"]]), local.expected)) == 0
    error_message = "mode is ${var.mode}, topic_mode ${var.topic_mode}, and existing has unused keys: ${join(", ", setsubtract(flatten([for kind, ids in var.existing : length(ids) == 0 ? [kind] : [for key in keys(ids) : "${kind}.${key}"]]), local.expected))}."
  }
  validation {
    condition = alltrue(concat(
      [for arn in try(values(var.existing["topic"]), []) : can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[^:]+$", arn))],
      [for arn in try(values(var.existing["alarms"]), []) : can(regex("^arn:aws[a-z-]*:cloudwatch:[a-z0-9-]+:[0-9]{12}:alarm:", arn))],
    ))
    error_message = "existing.topic and existing.alarms are ARNs; not all are: ${join(", ", concat(try(values(var.existing["topic"]), []), try(values(var.existing["alarms"]), [])))}."
  }
}

variable "name" {
  description = "Name of the deployment; resources are named after it, and so is the namespace of metrics from logs."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,39}$", var.name))
    error_message = "name is up to 40 lower-case letters, digits and -, not ${var.name}."
  }
}

variable "kms" {
  description = "Key that encrypts topic and logs: a new one, or `key_arn` with `make_key = false`, which must let CloudWatch and its logs use it. Without both, your own key encrypts nothing. With `make_key = false` a key that was made is deleted after 30 days, and nobody can read the logs that it encrypted."
  type = object({
    make_key = optional(bool, true)
    key_arn  = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = !var.kms.make_key || var.kms.key_arn == null
    error_message = "kms.key_arn needs make_key = false."
  }
}

variable "publishers" {
  description = "Services of AWS besides CloudWatch that may publish to the topic, such as `events.amazonaws.com`."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for service in var.publishers : can(regex("^[a-z0-9.-]+[.]amazonaws[.]com$", service))])
    error_message = "publishers are services such as events.amazonaws.com; not all are: ${join(", ", var.publishers)}."
  }
}

variable "subscriptions" {
  description = "Who hears of alarms, by key: `protocol` (`email`, `https`, `sqs`, `lambda`, `sms` …) and `endpoint`; `raw` without SNS's envelope. Whoever is sent an e-mail must confirm it."
  type = map(object({
    protocol = string
    endpoint = string
    raw      = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for subscription in var.subscriptions : contains(["email", "email-json", "https", "lambda", "sms", "sqs"], subscription.protocol)])
    error_message = "protocol of a subscription is email, email-json, https, lambda, sms or sqs; not so: ${join(", ", [for key, subscription in var.subscriptions : "${key} = ${subscription.protocol}" if !contains(["email", "email-json", "https", "lambda", "sms", "sqs"], subscription.protocol)])}."
  }
  validation {
    condition     = length(var.subscriptions) == 0 || (var.mode == "create" && var.topic_mode == "create")
    error_message = "subscriptions are only for a topic that is created; the owner of an existing topic has its own: ${join(", ", keys(var.subscriptions))}."
  }
}

variable "load_balancers" {
  description = "Load balancers by key, of the outputs of load-balancer: alarms at `errors` failed requests in five minutes, by the targets or by itself, and when one of twenty takes `latency_seconds`; 0 is no alarm."
  type = map(object({
    arn_suffix      = string
    errors          = optional(number, 10)
    latency_seconds = optional(number, 2)
  }))
  default  = {}
  nullable = false
}

variable "target_groups" {
  description = "Target groups by key, of the outputs of target-groups and load-balancer: alarms when `unhealthy` targets are so for five minutes, and when fewer than `healthy_min` are healthy; 0 is no alarm."
  type = map(object({
    arn_suffix               = string
    load_balancer_arn_suffix = string
    unhealthy                = optional(number, 1)
    healthy_min              = optional(number, 0)
  }))
  default  = {}
  nullable = false
}

variable "services" {
  description = "ECS services by key: alarms at `cpu_percent` and `memory_percent` of what they reserve, and when fewer than `running_min` tasks run, which needs the cluster's Container Insights; 0 is no alarm."
  type = map(object({
    cluster_name   = string
    service_name   = string
    cpu_percent    = optional(number, 85)
    memory_percent = optional(number, 85)
    running_min    = optional(number, 1)
  }))
  default  = {}
  nullable = false
}

variable "databases" {
  description = "Database instances by key: alarms at `cpu_percent`, below `free_gib` on the disk, and at so many `connections`; 0 is no alarm."
  type = map(object({
    instance_id = string
    cpu_percent = optional(number, 85)
    free_gib    = optional(number, 5)
    connections = optional(number, 0)
  }))
  default  = {}
  nullable = false
}

variable "instances" {
  description = "EC2 instances by key: an alarm when one fails its status checks."
  type = map(object({
    instance_id = string
  }))
  default  = {}
  nullable = false
}

variable "autoscaling_groups" {
  description = "Autoscaling groups by key: an alarm when fewer than `in_service_min` instances are in service, which the group's metrics must count; 0 is no alarm."
  type = map(object({
    name           = string
    in_service_min = optional(number, 1)
  }))
  default  = {}
  nullable = false
}

variable "alarms" {
  description = <<-EOT
    Further alarms by key: `text` says what is wrong, when `statistic` (or p95 and the like) of `metric` in `namespace` with these `dimensions`
    compares to `threshold` in `datapoints` of `periods` periods of `period` seconds; `missing` is how missing data counts.
  EOT
  type = map(object({
    text       = string
    namespace  = string
    metric     = string
    dimensions = optional(map(string), {})
    statistic  = optional(string, "Sum")
    comparison = optional(string, "GreaterThanOrEqualToThreshold")
    threshold  = number
    period     = optional(number, 300)
    periods    = optional(number, 1)
    datapoints = optional(number)
    missing    = optional(string, "missing")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for key, alarm in var.alarms : can(regex("^[A-Za-z0-9-]+$", key))])
    error_message = "Keys of alarms are letters, digits and -; not so: ${join(", ", [for key in keys(var.alarms) : key if !can(regex("^[A-Za-z0-9-]+$", key))])}."
  }
  validation {
    condition     = alltrue([for alarm in var.alarms : can(regex("^(SampleCount|Average|Sum|Minimum|Maximum|p[0-9.]+)$", alarm.statistic))])
    error_message = "statistic of an alarm is SampleCount, Average, Sum, Minimum, Maximum or such as p95; not so: ${join(", ", [for key, alarm in var.alarms : "${key} = ${alarm.statistic}" if !can(regex("^(SampleCount|Average|Sum|Minimum|Maximum|p[0-9.]+)$", alarm.statistic))])}."
  }
  validation {
    condition     = alltrue([for alarm in var.alarms : contains(["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"], alarm.comparison)])
    error_message = "comparison of an alarm is GreaterThanOrEqualToThreshold, GreaterThanThreshold, LessThanThreshold or LessThanOrEqualToThreshold; not so: ${join(", ", [for key, alarm in var.alarms : "${key} = ${alarm.comparison}"])}."
  }
  validation {
    condition     = alltrue([for alarm in var.alarms : contains(["breaching", "ignore", "missing", "notBreaching"], alarm.missing) && coalesce(alarm.datapoints, alarm.periods) <= alarm.periods && (contains([10, 20, 30], alarm.period) || alarm.period % 60 == 0)])
    error_message = "missing of an alarm is breaching, ignore, missing or notBreaching, its datapoints are not more than its periods, and a period is 10, 20, 30 or whole minutes; not all are: ${join(", ", keys(var.alarms))}."
  }
}

variable "composites" {
  description = "Alarms of alarms by key: `text`, and `when` `any` or `all` of `alarms`, keys of others (KIND/KEY/WHAT too), are in alarm."
  type = map(object({
    text   = string
    when   = optional(string, "any")
    alarms = list(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for alarm in var.composites : contains(["any", "all"], alarm.when) && length(alarm.alarms) > 0])
    error_message = "A composite is when any or all of at least one alarm; not so: ${join(", ", [for key, alarm in var.composites : "${key} = ${alarm.when}" if !contains(["any", "all"], alarm.when) || length(alarm.alarms) == 0])}."
  }
  validation {
    condition     = length(setintersection(keys(var.composites), keys(var.alarms))) == 0
    error_message = "alarms and composites share keys: ${join(", ", setintersection(keys(var.composites), keys(var.alarms)))}."
  }
  validation {
    condition     = length(setsubtract(flatten([for alarm in var.composites : alarm.alarms]), keys(local.all_alarms))) == 0
    error_message = "composites names alarms that do not exist: ${join(", ", setsubtract(flatten([for alarm in var.composites : alarm.alarms]), keys(local.all_alarms)))}."
  }
  # CloudWatch knows an alarm by its name alone: of two with one name the later would take the other's place, in turn with each apply.
  validation {
    condition     = length(distinct([for key in concat(keys(local.alarms), keys(var.alarms), keys(var.composites)) : replace(key, "/", "-")])) == length(local.alarms) + length(var.alarms) + length(var.composites)
    error_message = "Two alarms would have the same name, KIND-KEY-WHAT; all are: ${join(", ", concat(keys(local.alarms), keys(var.alarms), keys(var.composites)))}."
  }
}

variable "dashboard" {
  description = "Whether there is a page with the state of all alarms and a graph of what each watches."
  type        = bool
  default     = true
  nullable    = false
}

variable "log_groups" {
  description = "Log groups by key: `name` (`/automation-stack/NAME/KEY` if it is null), kept for `retention_days`, never for ever."
  type = map(object({
    name           = optional(string)
    retention_days = optional(number, 90)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for group in var.log_groups : contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], group.retention_days)])
    error_message = "retention_days is one of the numbers that CloudWatch takes (7, 14, 30, 60, 90, 180, 365 …); not so: ${join(", ", [for key, group in var.log_groups : "${key} = ${group.retention_days}"])}."
  }
  validation {
    condition     = length(setintersection(keys(var.log_groups), ["hosts", "daemons"])) == 0
    error_message = "hosts and daemons are the log groups of the daemon services; log_groups has: ${join(", ", keys(var.log_groups))}."
  }
}

variable "metric_filters" {
  description = "Lines of logs that are counted, by key: those of `log_group` (a key) that match `pattern` add `value` to `metric` in the namespace `name`, which `alarms` can watch."
  type = map(object({
    log_group = string
    pattern   = string
    metric    = string
    value     = optional(string, "1")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract([for filter in var.metric_filters : filter.log_group], keys(var.log_groups))) == 0
    error_message = "metric_filters names log groups that are not in log_groups: ${join(", ", setsubtract([for filter in var.metric_filters : filter.log_group], keys(var.log_groups)))}."
  }
}

variable "cadvisor" {
  description = <<-EOT
    cAdvisor on each host of the ECS cluster `cluster_arn`: metrics of its containers for Prometheus, at `port` of the host. `image` by tag or,
    better, digest; `execution_role_arn` may write to the log group `daemons`. `privileged` for metrics of devices. Another
    cluster replaces the daemon.
  EOT
  type = object({
    enabled            = optional(bool, false)
    cluster_arn        = optional(string)
    execution_role_arn = optional(string)
    image              = optional(string, "gcr.io/cadvisor/cadvisor:v0.49.1")
    cpu                = optional(number, 64)
    memory             = optional(number, 256)
    port               = optional(number, 8080)
    privileged         = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = !var.cadvisor.enabled || (var.cadvisor.cluster_arn != null && var.cadvisor.execution_role_arn != null)
    error_message = "cadvisor needs cluster_arn and execution_role_arn."
  }
  validation {
    condition     = can(regex("(@sha256:[0-9a-f]{64}|:[A-Za-z0-9_][A-Za-z0-9_.-]*)$", var.cadvisor.image)) && !endswith(var.cadvisor.image, ":latest")
    error_message = "cadvisor.image has a tag other than latest, or a digest; not so: ${var.cadvisor.image}."
  }
}

variable "fluent_bit" {
  description = <<-EOT
    Fluent Bit on each host of the ECS cluster `cluster_arn`: ships the files `paths` to the log group `hosts`, kept for `retention_days`. `image` by
    tag or, better, digest; `execution_role_arn` may write to the log group `daemons`, `task_role_arn` to `hosts`. Another
    cluster replaces the daemon; switching it off deletes the log group `hosts` with its logs.
  EOT
  type = object({
    enabled            = optional(bool, false)
    cluster_arn        = optional(string)
    execution_role_arn = optional(string)
    task_role_arn      = optional(string)
    image              = optional(string, "public.ecr.aws/aws-observability/aws-for-fluent-bit:2.32.2")
    cpu                = optional(number, 64)
    memory             = optional(number, 128)
    paths              = optional(set(string), ["/var/log/messages", "/var/log/ecs/*.log", "/var/lib/docker/containers/*/*-json.log"])
    retention_days     = optional(number, 90)
  })
  default  = {}
  nullable = false

  validation {
    condition     = !var.fluent_bit.enabled || (var.fluent_bit.cluster_arn != null && var.fluent_bit.execution_role_arn != null && var.fluent_bit.task_role_arn != null)
    error_message = "fluent_bit needs cluster_arn, execution_role_arn and task_role_arn."
  }
  validation {
    condition     = can(regex("(@sha256:[0-9a-f]{64}|:[A-Za-z0-9_][A-Za-z0-9_.-]*)$", var.fluent_bit.image)) && !endswith(var.fluent_bit.image, ":latest")
    error_message = "fluent_bit.image has a tag other than latest, or a digest; not so: ${var.fluent_bit.image}."
  }
  validation {
    condition     = length(var.fluent_bit.paths) > 0 && alltrue([for path in var.fluent_bit.paths : startswith(path, "/var/log/") || startswith(path, "/var/lib/docker/containers/")])
    error_message = "fluent_bit.paths are files below /var/log or /var/lib/docker/containers, of which it sees the host's; given: ${join(", ", var.fluent_bit.paths)}."
  }
  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.fluent_bit.retention_days)
    error_message = "fluent_bit.retention_days is one of the numbers that CloudWatch takes (7, 14, 30, 60, 90, 180, 365 …), not ${var.fluent_bit.retention_days}."
  }
}

variable "tags" {
  description = "Tags of everything that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
