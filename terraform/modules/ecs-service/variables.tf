variable "mode" {
  description = "`create` makes the service, `reuse` finds the one named in `existing`; the outputs are the same."
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
    In mode `reuse` what exists: `service_name` and `log_group_name`; with load balancing `blue_target_group_arn` and
    `listener_rule_arn`, for blue-green and switch also `green_target_group_arn`, and with a test rule `test_listener_rule_arn`. For
    blue-green `balancing_role_arn` too; for switch `blue_service_name` and `green_service_name` in place of `service_name`. Empty in mode `create`.
  EOT
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
  description = "Name of the service and of its task definitions; the prefix of all names. The services of a switch are called `NAME-blue` and `NAME-green`. Changing it replaces the service."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]{0,199}$", var.name))
    error_message = "name is up to 200 letters, digits and -, not ${var.name}."
  }
  validation {
    condition     = var.load_balancing.strategy != "blue-green" || length(var.name) <= 54
    error_message = "name is up to 54 characters for blue-green, whose role is called NAME-balancing: ${var.name} has ${length(var.name)}."
  }
}

variable "cluster_arn" {
  description = "Cluster that runs the service."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:cluster/[A-Za-z0-9_-]+$", var.cluster_arn))
    error_message = "cluster_arn is the ARN of an ECS cluster, not ${var.cluster_arn}."
  }
}

variable "vpc_id" {
  description = "VPC of the target groups; needed with load balancing."
  type        = string
  default     = null

  validation {
    condition     = var.load_balancing.strategy == "none" || var.vpc_id != null
    error_message = "load_balancing.strategy is ${var.load_balancing.strategy}, which needs the vpc_id of the target groups."
  }
}

variable "subnet_ids" {
  description = "Subnets of the tasks by zone, private ones. Unused in mode `reuse`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = var.mode == "reuse" || length(var.subnet_ids) > 0
    error_message = "subnet_ids names at least one subnet for the tasks."
  }
}

variable "security_group_ids" {
  description = "Security groups of the tasks. Unused in mode `reuse`."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = var.mode == "reuse" || length(var.security_group_ids) > 0
    error_message = "security_group_ids names at least one security group: without one AWS takes the default group of the VPC."
  }
}

variable "assign_public_ip" {
  description = "Whether tasks get public addresses. Tasks on Fargate need them to pull images if the network has no NAT gateways and endpoints."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.assign_public_ip || var.launch_type == "FARGATE"
    error_message = "assign_public_ip is for tasks on FARGATE; AWS gives none to those on ${var.launch_type}."
  }
}

variable "launch_type" {
  description = "Launch type of the tasks: `FARGATE`, or `EC2` for the cluster's instances. Changing it replaces the service."
  type        = string
  default     = "FARGATE"
  nullable    = false

  validation {
    condition     = contains(["FARGATE", "EC2"], var.launch_type)
    error_message = "launch_type is FARGATE or EC2, not ${var.launch_type}."
  }
}

variable "capacity_provider_strategy" {
  description = "Capacity providers by a key that you choose, in place of the launch type: the first `base` tasks, then by `weight`. Instances grow with the tasks only by their capacity provider. The first one and the last one replace the service."
  type = map(object({
    capacity_provider = string
    weight            = optional(number, 1)
    base              = optional(number, 0)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length([for one in var.capacity_provider_strategy : one.base if one.base > 0]) <= 1
    error_message = "Only one capacity provider has a base: ${join(", ", [for key, one in var.capacity_provider_strategy : "${key} = ${one.base}"])}."
  }
  validation {
    condition = alltrue([
      for one in var.capacity_provider_strategy : contains(["FARGATE", "FARGATE_SPOT"], one.capacity_provider) == (var.launch_type == "FARGATE")
    ])
    error_message = "Tasks for ${var.launch_type} run on capacity providers of ${var.launch_type == "FARGATE" ? "Fargate" : "instances"}, and AWS refuses others; given: ${join(", ", [for key, one in var.capacity_provider_strategy : "${key} = ${one.capacity_provider}"])}."
  }
}

variable "scheduling_strategy" {
  description = "`REPLICA` for a number of tasks, `DAEMON` for one on each of the cluster's instances. Changing it replaces the service."
  type        = string
  default     = "REPLICA"
  nullable    = false

  validation {
    condition     = contains(["REPLICA", "DAEMON"], var.scheduling_strategy)
    error_message = "scheduling_strategy is REPLICA or DAEMON, not ${var.scheduling_strategy}."
  }
  validation {
    condition = var.scheduling_strategy != "DAEMON" || (
      var.launch_type == "EC2" && length(var.capacity_provider_strategy) == 0 && !var.autoscaling.enabled && !contains(["blue-green", "switch"], var.load_balancing.strategy)
    )
    error_message = "A DAEMON runs once on each instance: launch_type EC2, no capacity_provider_strategy, no autoscaling, no blue-green, no switch."
  }
}

variable "placement" {
  description = "How tasks are spread over instances, first rule first: over the zones, then over the instances. Not used for Fargate and daemons."
  type = list(object({
    type  = string
    field = optional(string)
  }))
  default = [
    { type = "spread", field = "attribute:ecs.availability-zone" },
    { type = "spread", field = "instanceId" },
  ]
  nullable = false

  validation {
    condition     = length(var.placement) <= 5 && alltrue([for rule in var.placement : contains(["spread", "binpack", "random"], rule.type)])
    error_message = "placement has up to five rules of the types spread, binpack and random, not: ${join(", ", var.placement[*].type)}."
  }
}

variable "architecture" {
  description = "Processors that the image is for: `x86_64` or `arm64`."
  type        = string
  default     = "x86_64"
  nullable    = false

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "architecture is x86_64 or arm64, not ${var.architecture}."
  }
}

variable "cpu" {
  description = "CPU units of a task: 1024 are one processor."
  type        = number
  default     = 256
  nullable    = false
}

variable "memory" {
  description = "Memory of a task in MiB."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition = var.launch_type != "FARGATE" || try(contains({
      256   = [512, 1024, 2048]
      512   = range(1024, 4097, 1024)
      1024  = range(2048, 8193, 1024)
      2048  = range(4096, 16385, 1024)
      4096  = range(8192, 30721, 1024)
      8192  = range(16384, 61441, 4096)
      16384 = range(32768, 122881, 8192)
    }[tostring(var.cpu)], var.memory), false)
    error_message = "Fargate has no tasks with cpu = ${var.cpu} and memory = ${var.memory}: 256 goes with 512, 1024 or 2048, 512 with 1024 to 4096, 1024 with 2048 to 8192, and so on."
  }
}

variable "ephemeral_storage" {
  description = "Disk of a task on Fargate, in GiB; 20 are included."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.ephemeral_storage >= 20 && var.ephemeral_storage <= 200
    error_message = "ephemeral_storage is 20 to 200 GiB, not ${var.ephemeral_storage}."
  }
}

variable "execution_role_arn" {
  description = "Role that starts the tasks: it pulls the images, reads the secrets, writes the logs."
  type        = string
  default     = null

  validation {
    condition     = var.mode == "reuse" || var.execution_role_arn != null
    error_message = "execution_role_arn names the role that pulls images, reads secrets and writes logs."
  }
}

variable "task_role_arn" {
  description = "Role of the application in the tasks; null if it does not call AWS."
  type        = string
  default     = null

  validation {
    condition     = var.task_role_arn != null || (!var.execute_command && length([for key, volume in var.volumes : key if volume.kind == "efs"]) == 0)
    error_message = "task_role_arn is missing: sessions in containers and EFS volumes need the permissions of this role."
  }
}

variable "main_container" {
  description = "Key of the container that serves requests. It is first in the task definition, and deliveries change its image."
  type        = string
  default     = "app"
  nullable    = false

  validation {
    condition     = var.mode == "reuse" || contains(keys(var.containers), var.main_container)
    error_message = "main_container is ${var.main_container}, and containers has: ${join(", ", keys(var.containers))}."
  }
}

variable "containers" {
  description = <<-EOT
    Containers of a task, by name. `image`; `cpu` units and `memory` in MiB that are its own share, `memory_reservation`;
    `essential`, whether the task ends with it; `command` and `entry_point` in place of the image's; `working_directory`;
    `user`; `environment` by variable; `secrets` by variable, ARNs of Secrets Manager (`…:KEY::` for one key of it) or of
    parameters; `ports` by name; `health_check`; `depends_on`, what another container must have reached before (START,
    COMPLETE, SUCCESS, HEALTHY); `mounts` by key of `volumes`; `read_only_root_filesystem`; `init_process`, which ends
    children and passes signals on; `stop_timeout` in seconds before it is killed. Unused in mode `reuse`.
  EOT
  type = map(object({
    image              = string
    cpu                = optional(number, 0)
    memory             = optional(number)
    memory_reservation = optional(number)
    essential          = optional(bool, true)
    command            = optional(list(string))
    entry_point        = optional(list(string))
    working_directory  = optional(string)
    user               = optional(string)
    environment        = optional(map(string), {})
    secrets            = optional(map(string), {})
    ports = optional(map(object({
      port         = number
      protocol     = optional(string, "tcp")
      app_protocol = optional(string)
    })), {})
    health_check = optional(object({
      command      = list(string)
      interval     = optional(number, 30)
      timeout      = optional(number, 5)
      retries      = optional(number, 3)
      start_period = optional(number)
    }))
    depends_on = optional(map(string), {})
    mounts = optional(map(object({
      path      = string
      read_only = optional(bool, false)
    })), {})
    read_only_root_filesystem = optional(bool, true)
    init_process              = optional(bool, true)
    stop_timeout              = optional(number)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.containers) : can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$", name))])
    error_message = "Names of containers are letters, digits, _ and -; not so: ${join(", ", [for name in keys(var.containers) : name if !can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$", name))])}."
  }
  validation {
    condition     = alltrue([for container in var.containers : length(setintersection(keys(container.environment), keys(container.secrets))) == 0])
    error_message = "A variable is in environment or in secrets, not in both: ${join(", ", flatten([for name, container in var.containers : [for variable in setintersection(keys(container.environment), keys(container.secrets)) : "${name}.${variable}"]]))}."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for arn in container.secrets : can(regex("^arn:aws[a-z-]*:(secretsmanager:[^:]+:[0-9]{12}:secret:|ssm:[^:]+:[0-9]{12}:parameter/)", arn))]]))
    error_message = "Secrets are ARNs of Secrets Manager or of parameters, never values; not so: ${join(", ", flatten([for name, container in var.containers : [for variable, arn in container.secrets : "${name}.${variable}" if !can(regex("^arn:aws[a-z-]*:(secretsmanager:[^:]+:[0-9]{12}:secret:|ssm:[^:]+:[0-9]{12}:parameter/)", arn))]]))}."
  }
  validation {
    condition     = alltrue([for container in var.containers : length(setsubtract(keys(container.mounts), keys(var.volumes))) == 0])
    error_message = "mounts has keys that volumes does not have: ${join(", ", flatten([for name, container in var.containers : [for key in setsubtract(keys(container.mounts), keys(var.volumes)) : "${name}.${key}"]]))}."
  }
  validation {
    condition = alltrue(flatten([
      for name, container in var.containers : [for other, state in container.depends_on : other != name && contains(keys(var.containers), other) && contains(["START", "COMPLETE", "SUCCESS", "HEALTHY"], state)]
    ]))
    error_message = "depends_on names another container and START, COMPLETE, SUCCESS or HEALTHY; not all do: ${join(", ", flatten([for name, container in var.containers : [for other, state in container.depends_on : "${name} on ${other} = ${state}"]]))}."
  }
  validation {
    condition     = alltrue([for container in var.containers : container.health_check == null || contains(["CMD", "CMD-SHELL"], try(container.health_check.command[0], ""))])
    error_message = "The command of a health check begins with CMD or CMD-SHELL; not so: ${join(", ", [for name, container in var.containers : name if container.health_check != null && !contains(["CMD", "CMD-SHELL"], try(container.health_check.command[0], ""))])}."
  }
}

variable "volumes" {
  description = <<-EOT
    Volumes by key, which containers mount. `kind` `scratch` lives as long as the task, for what a container writes beside its
    read-only image; `efs` is shared and stays: `file_system_id` with `access_point_id` or `root_directory`, always over TLS and
    allowed to the task's role; `host` is `host_path` of the instance, for daemons.
  EOT
  type = map(object({
    kind            = optional(string, "scratch")
    file_system_id  = optional(string)
    access_point_id = optional(string)
    root_directory  = optional(string, "/")
    host_path       = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for volume in var.volumes : contains(["scratch", "efs", "host"], volume.kind)])
    error_message = "kind is scratch, efs or host; not so: ${join(", ", [for key, volume in var.volumes : "${key} = ${volume.kind}" if !contains(["scratch", "efs", "host"], volume.kind)])}."
  }
  validation {
    condition     = alltrue([for volume in var.volumes : (volume.kind == "efs") == (volume.file_system_id != null) && (volume.kind == "host") == (volume.host_path != null)])
    error_message = "file_system_id belongs to kind efs and host_path to kind host, and only to them: ${join(", ", [for key, volume in var.volumes : "${key} = ${volume.kind}"])}."
  }
  validation {
    condition     = var.launch_type == "EC2" || alltrue([for volume in var.volumes : volume.kind != "host"])
    error_message = "A volume of kind host needs launch_type EC2: ${join(", ", [for key, volume in var.volumes : key if volume.kind == "host"])}."
  }
  validation {
    condition     = alltrue([for volume in var.volumes : volume.access_point_id == null || volume.root_directory == "/"])
    error_message = "An access point has its own directory; root_directory is / then: ${join(", ", [for key, volume in var.volumes : "${key} = ${volume.root_directory}"])}."
  }
}

variable "logs" {
  description = "How many days the output of the containers is kept (`retention_days`), and an optional key that encrypts it (`kms_key_arn`)."
  type = object({
    retention_days = optional(number, 90)
    kms_key_arn    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.logs.retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731 … 3653 days, not ${var.logs.retention_days}."
  }
}

variable "desired_count" {
  description = "How many tasks the service starts with; the green one of a switch starts with none. Deliveries and autoscaling own the number afterwards."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.desired_count >= 0 && floor(var.desired_count) == var.desired_count
    error_message = "desired_count is a whole number from 0, not ${var.desired_count}."
  }
}

variable "deployment" {
  description = <<-EOT
    How ECS replaces tasks: at least `minimum_healthy_percent` stay and at most `maximum_percent` run (default 100 and
    200, for a daemon 0 and 100). `circuit_breaker` rolls a release back whose tasks fail. With load balancing a
    new task has `health_check_grace_period` seconds before its health counts. `wait` lets Terraform wait until it is stable. Of a
    blue-green service the percents and `circuit_breaker` are only where it begins: each delivery says how ECS replaces its tasks.
  EOT
  type = object({
    minimum_healthy_percent   = optional(number)
    maximum_percent           = optional(number)
    circuit_breaker           = optional(bool, true)
    health_check_grace_period = optional(number, 60)
    wait                      = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition = coalesce(var.deployment.minimum_healthy_percent, 0) >= 0 && coalesce(var.deployment.minimum_healthy_percent, 100) <= 100 && (
      coalesce(var.deployment.maximum_percent, 200) >= 100
    )
    error_message = "deployment.minimum_healthy_percent is 0 to 100 and maximum_percent 100 or more: ${jsonencode([var.deployment.minimum_healthy_percent, var.deployment.maximum_percent])}."
  }
  validation {
    condition = coalesce(var.deployment.minimum_healthy_percent, var.scheduling_strategy == "DAEMON" ? 0 : 100) < (
      coalesce(var.deployment.maximum_percent, var.scheduling_strategy == "DAEMON" ? 100 : 200)
    )
    error_message = "ECS can neither stop a task nor start one where minimum_healthy_percent is maximum_percent: ${jsonencode([var.deployment.minimum_healthy_percent, var.deployment.maximum_percent])}."
  }
}

variable "execute_command" {
  description = "Whether people can open sessions in containers (ECS Exec), which a read-only root file system does not allow."
  type        = bool
  default     = false
  nullable    = false
}

variable "load_balancing" {
  description = <<-EOT
    How requests get to the main container. `strategy` `none`; `rolling`, one target group; `blue-green`, two, between which ECS moves
    the requests of one service; `switch`, two services, each with its group, between which a delivery changes the rule. Terraform leaves
    alone where rules of the last two send requests. `container_port`, one of its ports; `rules` by key: `main`, and where there are two
    groups also `test`, which sends requests to the other one first: `listener_arn`, `priority` and what a request must have. `protocol`,
    `protocol_version`, `health_check`, `deregistration_delay`, `slow_start` and `stickiness` of the target groups.
  EOT
  type = object({
    strategy       = optional(string, "none")
    container_port = optional(number)
    rules = optional(map(object({
      listener_arn       = string
      priority           = number
      path_patterns      = optional(set(string), [])
      host_headers       = optional(set(string), [])
      headers            = optional(map(set(string)), {})
      source_cidr_blocks = optional(set(string), [])
    })), {})
    protocol             = optional(string, "HTTP")
    protocol_version     = optional(string, "HTTP1")
    deregistration_delay = optional(number, 60)
    slow_start           = optional(number, 0)
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
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["none", "rolling", "blue-green", "switch"], var.load_balancing.strategy)
    error_message = "load_balancing.strategy is none, rolling, blue-green or switch, not ${var.load_balancing.strategy}."
  }
  validation {
    condition = (var.load_balancing.strategy == "none") == !contains(keys(var.load_balancing.rules), "main") && length(setsubtract(
      keys(var.load_balancing.rules), contains(["blue-green", "switch"], var.load_balancing.strategy) ? ["main", "test"] : ["main"]
    )) == 0
    error_message = "load_balancing.rules has main where there is load balancing, and test for blue-green and switch only; strategy is ${var.load_balancing.strategy}, rules: ${join(", ", keys(var.load_balancing.rules))}."
  }
  validation {
    condition = var.mode == "reuse" || var.load_balancing.strategy == "none" || contains(
      try([for port in var.containers[var.main_container].ports : port.port], []), coalesce(var.load_balancing.container_port, 0)
    )
    error_message = "load_balancing.container_port is one of the ports of ${var.main_container}: ${join(", ", try([for port in var.containers[var.main_container].ports : port.port], []))}."
  }
}

variable "autoscaling" {
  description = <<-EOT
    Whether the number of tasks follows the load, from `min_count` to `max_count`: `targets` for `cpu` and `memory` in per cent
    and `requests` a minute and task (not for blue-green, where requests change their group), with seconds to wait after
    a step (`scale_out_cooldown`, `scale_in_cooldown`). `schedules` by key set the limits, from then on alone: `schedule` as
    `cron(0 6 * * ? *)`, `timezone`, `min_count`, `max_count`; not for a switch, where deliveries hand the minimum from color to color.
  EOT
  type = object({
    enabled            = optional(bool, false)
    min_count          = optional(number, 2)
    max_count          = optional(number, 10)
    targets            = optional(map(number), { cpu = 60 })
    scale_out_cooldown = optional(number, 60)
    scale_in_cooldown  = optional(number, 300)
    schedules = optional(map(object({
      schedule  = string
      timezone  = optional(string, "UTC")
      min_count = number
      max_count = number
    })), {})
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for limits in concat([{ min = var.autoscaling.min_count, max = var.autoscaling.max_count }], [for one in var.autoscaling.schedules : { min = one.min_count, max = one.max_count }]) :
      limits.min >= 0 && limits.min <= limits.max
    ])
    error_message = "min_count is 0 to max_count, in autoscaling and in each of its schedules."
  }
  validation {
    condition     = length(setsubtract(keys(var.autoscaling.targets), ["cpu", "memory", "requests"])) == 0
    error_message = "autoscaling.targets are for cpu, memory and requests, not: ${join(", ", setsubtract(keys(var.autoscaling.targets), ["cpu", "memory", "requests"]))}."
  }
  validation {
    condition     = !contains(keys(var.autoscaling.targets), "requests") || contains(["rolling", "switch"], var.load_balancing.strategy)
    error_message = "autoscaling.targets.requests counts what one target group gets; load_balancing.strategy is ${var.load_balancing.strategy}, not rolling or switch."
  }
  validation {
    condition     = length(var.autoscaling.schedules) == 0 || var.load_balancing.strategy != "switch"
    error_message = "autoscaling.schedules would start tasks of the color that no requests go to; not for load_balancing.strategy switch: ${join(", ", keys(var.autoscaling.schedules))}."
  }
  validation {
    condition     = alltrue([for one in var.autoscaling.schedules : can(regex("^(cron|rate|at)\\(.+\\)$", one.schedule))])
    error_message = "A schedule is cron(…), rate(…) or at(…); not so: ${join(", ", [for key, one in var.autoscaling.schedules : "${key} = ${one.schedule}" if !can(regex("^(cron|rate|at)\\(.+\\)$", one.schedule))])}."
  }
}

variable "service_connect" {
  description = "Whether the service finds others by name in `namespace_arn` (Service Connect), and by which it is found itself: `names` by name of a port of the main container, each a `dns_name` and the `port` that clients use."
  type = object({
    enabled       = optional(bool, false)
    namespace_arn = optional(string)
    names = optional(map(object({
      dns_name = string
      port     = number
    })), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.service_connect.names) == 0 || var.load_balancing.strategy != "switch"
    error_message = "service_connect.names would be those of two services, and ECS takes a name once: not for load_balancing.strategy switch."
  }
  validation {
    condition     = var.mode == "reuse" || !var.service_connect.enabled || var.service_connect.namespace_arn != null
    error_message = "service_connect needs a namespace_arn."
  }
  validation {
    condition     = var.mode == "reuse" || length(setsubtract(keys(var.service_connect.names), try(keys(var.containers[var.main_container].ports), []))) == 0
    error_message = "service_connect.names are by ports of ${var.main_container}; it has none called: ${join(", ", setsubtract(keys(var.service_connect.names), try(keys(var.containers[var.main_container].ports), [])))}."
  }
}

variable "scheduled_tasks" {
  description = <<-EOT
    Tasks that the clock starts, by key: `schedule` as `cron(0 2 * * ? *)` in UTC or `rate(1 day)`, `command` in place of that of the
    `container` (default: the main one), `count`, `enabled`, `description`. They run the task definition of the service; deliveries
    move them together. Not in mode `reuse`.
  EOT
  type = map(object({
    schedule    = string
    command     = optional(list(string))
    container   = optional(string)
    count       = optional(number, 1)
    enabled     = optional(bool, true)
    description = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = var.mode == "create" || length(var.scheduled_tasks) == 0
    error_message = "scheduled_tasks are made, not found: mode is ${var.mode}, and they are ${join(", ", keys(var.scheduled_tasks))}."
  }
  validation {
    condition     = alltrue([for one in var.scheduled_tasks : can(regex("^(cron|rate)\\(.+\\)$", one.schedule))])
    error_message = "schedule of scheduled_tasks is cron(…) or rate(…), not: ${join(", ", [for key, one in var.scheduled_tasks : "${key} = ${one.schedule}"])}."
  }
  validation {
    condition     = alltrue([for one in var.scheduled_tasks : contains(keys(var.containers), coalesce(one.container, var.main_container))])
    error_message = "container of scheduled_tasks is one of ${join(", ", keys(var.containers))}, not: ${join(", ", [for key, one in var.scheduled_tasks : "${key} = ${coalesce(one.container, var.main_container)}"])}."
  }
  validation {
    condition     = alltrue([for one in var.scheduled_tasks : one.count >= 1 && one.count <= 10 && floor(one.count) == one.count])
    error_message = "count of scheduled_tasks is 1 to 10, not: ${join(", ", [for key, one in var.scheduled_tasks : "${key} = ${one.count}"])}."
  }
  validation {
    condition     = alltrue([for key in keys(var.scheduled_tasks) : can(regex("^[A-Za-z0-9-]+$", key)) && length("${var.name}-${key}") <= 64])
    error_message = "Rules are called NAME-KEY, up to 64 letters, digits and -; not: ${join(", ", [for key in keys(var.scheduled_tasks) : "${var.name}-${key}"])}."
  }
  validation {
    condition     = length(var.scheduled_tasks) == 0 || length(var.name) <= 55
    error_message = "name is up to 55 characters with scheduled_tasks, whose role is called NAME-schedule: ${var.name} has ${length(var.name)}."
  }
}

variable "path" {
  description = "Path of the roles by which ECS moves requests (blue-green) and EventBridge starts scheduled tasks. Changing it replaces the roles."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9._-]+/)*$", var.path))
    error_message = "path begins and ends with /, not ${var.path}."
  }
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of these roles, if the account requires one."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary is the ARN of a policy, not ${coalesce(var.permissions_boundary, "null")}."
  }
}

variable "tags" {
  description = "Tags of all resources, and of the tasks."
  type        = map(string)
  default     = {}
  nullable    = false
}
