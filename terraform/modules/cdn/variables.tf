variable "mode" {
  description = "`create` makes the distribution, `reuse` finds the one named in `existing`; the outputs are the same."
  type        = string
  default     = "create"
  nullable    = false

  validation {
    condition     = contains(["create", "reuse"], var.mode)
    error_message = "mode is create or reuse, not ${var.mode}."
  }
}

variable "existing" {
  description = "In mode `reuse` the id of the `distribution`; empty in mode `create`."
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
  description = "Name of the distribution, unique in an account; the prefix of all names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,39}$", var.name))
    error_message = "name is up to 40 lower-case letters, digits and -, not ${var.name}."
  }
}

variable "origins" {
  description = <<-EOT
    The origins of the content, by key. `kind` `load-balancer`: its `domain_name` for TLS, `read_timeout` and
    `keepalive_timeout` in seconds, and the name of a `secret_header` whose value is in `origin_secrets`, by which the
    load balancer recognises the distribution. `kind` `bucket`: the bucket's regional `domain_name` and its
    `bucket_arn`; requests to it are signed. `path` is put
    before every path.
  EOT
  type = map(object({
    kind              = string
    domain_name       = string
    path              = optional(string, "")
    bucket_arn        = optional(string)
    secret_header     = optional(string)
    read_timeout      = optional(number, 30)
    keepalive_timeout = optional(number, 5)
  }))
  nullable = false

  validation {
    condition     = length(var.origins) > 0 && alltrue([for origin in var.origins : contains(["bucket", "load-balancer"], origin.kind)])
    error_message = "There is at least one origin, and its kind is bucket or load-balancer; not so: ${join(", ", [for key, origin in var.origins : "${key} = ${origin.kind}"])}."
  }
  validation {
    condition     = alltrue([for origin in var.origins : (origin.kind == "bucket") == (origin.bucket_arn != null) && (origin.kind == "load-balancer" || origin.secret_header == null)])
    error_message = "A bucket has a bucket_arn and no secret_header, a load balancer no bucket_arn; not so: ${join(", ", [for key, origin in var.origins : key if(origin.kind == "bucket") != (origin.bucket_arn != null) || (origin.kind != "load-balancer" && origin.secret_header != null)])}."
  }
  validation {
    condition     = alltrue([for origin in var.origins : can(regex("^(/[^/]+)*$", origin.path))])
    error_message = "path of an origin begins with / and does not end with one; not so: ${join(", ", [for key, origin in var.origins : "${key} = ${origin.path}" if !can(regex("^(/[^/]+)*$", origin.path))])}."
  }
}

variable "origin_secrets" {
  description = "Values of the secret headers, by key of the origin, 16 characters at least. They are in the state, which is encrypted, and in the load balancer's rule; change them like a password."
  type        = map(string)
  default     = {}
  nullable    = false
  sensitive   = true

  validation {
    condition     = length(setsubtract([for key, origin in var.origins : key if origin.secret_header != null], nonsensitive(keys(var.origin_secrets)))) == 0
    error_message = "origin_secrets misses: ${join(", ", setsubtract([for key, origin in var.origins : key if origin.secret_header != null], nonsensitive(keys(var.origin_secrets))))}."
  }
  validation {
    condition     = alltrue([for secret in values(var.origin_secrets) : length(secret) >= 16])
    error_message = "A secret of origin_secrets is shorter than 16 characters."
  }
}

variable "default" {
  description = <<-EOT
    Settings for paths that are not in `paths`: `origin` (a key), `methods` `read` or `all`, `cache_policy` by name or by key of
    `cache_policies` (nothing is cached by default), `origin_request_policy` by name: what else the origin gets, `functions` of CloudFront by event.
  EOT
  type = object({
    origin                = string
    methods               = optional(string, "read")
    cache_policy          = optional(string, "Managed-CachingDisabled")
    origin_request_policy = optional(string)
    functions             = optional(map(string), {})
  })
  nullable = false

  validation {
    condition     = contains(keys(var.origins), var.default.origin) && contains(["read", "all"], var.default.methods)
    error_message = "default.origin is one of ${join(", ", keys(var.origins))}, not ${var.default.origin}; its methods are read or all, not ${var.default.methods}."
  }
  validation {
    condition     = try(var.origins[var.default.origin].kind, "bucket") != "bucket" || coalesce(var.default.origin_request_policy, "none") != "Managed-AllViewer"
    error_message = "A bucket refuses a request with another's Host header: default has Managed-AllViewer."
  }
}

variable "cache_policies" {
  description = <<-EOT
    Cache policies by key: a response is cached by path and by these `query_strings`, never by cookies and headers, as
    long as the origin says within `min_seconds` and `max_seconds`, else for `default_seconds`. A file with versions
    such as `?ver=2` needs `query_strings = ["ver"]`: Managed-CachingOptimized would serve the old version.
  EOT
  type = map(object({
    query_strings   = optional(set(string), [])
    min_seconds     = optional(number, 1)
    default_seconds = optional(number, 86400)
    max_seconds     = optional(number, 31536000)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for key in keys(var.cache_policies) : can(regex("^[a-z0-9][a-z0-9-]{0,39}$", key))])
    error_message = "Keys of cache_policies are up to 40 lower-case letters, digits and -; not all are: ${join(", ", keys(var.cache_policies))}."
  }
  validation {
    condition     = alltrue([for policy in var.cache_policies : length(policy.query_strings) <= 10 && policy.min_seconds >= 0 && policy.min_seconds <= policy.default_seconds && policy.default_seconds <= policy.max_seconds && policy.max_seconds >= 1])
    error_message = "A cache policy has ten query_strings at most, and 0 <= min_seconds <= default_seconds <= max_seconds, from 1; not so: ${join(", ", [for key, policy in var.cache_policies : "${key} = ${jsonencode(policy)}"])}."
  }
}

variable "paths" {
  description = "Paths with rules of their own, by key: `path` with * for anything, `precedence` (the lowest that fits counts), and what `default` has."
  type = map(object({
    path                  = string
    precedence            = number
    origin                = string
    methods               = optional(string, "read")
    cache_policy          = optional(string, "Managed-CachingOptimized")
    origin_request_policy = optional(string)
    functions             = optional(map(string), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for path in var.paths : contains(keys(var.origins), path.origin) && contains(["read", "all"], path.methods)])
    error_message = "origin of a path is one of ${join(", ", keys(var.origins))}, its methods are read or all; not so: ${join(", ", [for key, path in var.paths : "${key} = ${path.origin}" if !contains(keys(var.origins), path.origin) || !contains(["read", "all"], path.methods)])}."
  }
  validation {
    condition     = length(distinct([for path in var.paths : path.precedence])) == length(var.paths) && alltrue([for path in var.paths : path.precedence >= 0 && path.precedence < 100000 && floor(path.precedence) == path.precedence])
    error_message = "precedence of paths are different whole numbers from 0: ${join(", ", [for key, path in var.paths : "${key} = ${path.precedence}"])}."
  }
  validation {
    condition     = alltrue([for path in var.paths : try(var.origins[path.origin].kind, "load-balancer") != "bucket" || coalesce(path.origin_request_policy, "none") != "Managed-AllViewer"])
    error_message = "A bucket refuses a request with another's Host header; Managed-AllViewer is the policy of a path to a bucket: ${join(", ", [for key, path in var.paths : key if coalesce(path.origin_request_policy, "none") == "Managed-AllViewer"])}."
  }
}

variable "aliases" {
  description = "Its own names by key: `name`, and with `record` its DNS records are created in the zone `zone_id`. Without names it has CloudFront's name and certificate."
  type = map(object({
    name    = string
    record  = optional(bool, false)
    zone_id = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for alias in var.aliases : !alias.record || alias.zone_id != null])
    error_message = "A record needs its zone_id: ${join(", ", [for key, alias in var.aliases : key if alias.record && alias.zone_id == null])}."
  }
}

variable "certificate_arn" {
  description = "Certificate of the names, in us-east-1 (output of dns-cert with a provider of that region); with `aliases`, in mode `create`."
  type        = string
  default     = null

  validation {
    condition     = var.mode == "reuse" || (length(var.aliases) > 0) == (var.certificate_arn != null)
    error_message = "certificate_arn belongs to aliases, and aliases need it; names: ${join(", ", [for alias in var.aliases : alias.name])}."
  }
  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:us-east-1:[0-9]{12}:certificate/", var.certificate_arn))
    error_message = "CloudFront takes certificates of us-east-1 only, not ${coalesce(var.certificate_arn, "none")}."
  }
}

variable "security_headers" {
  description = "Headers of every response: `hsts_seconds` for which browsers insist on TLS, with `hsts_subdomains` also for subdomains; `frames` DENY or SAMEORIGIN, `referrer` and `content_security_policy`, unless the application sends its own."
  type = object({
    hsts_seconds            = optional(number, 63072000)
    hsts_subdomains         = optional(bool, false)
    frames                  = optional(string, "SAMEORIGIN")
    referrer                = optional(string, "strict-origin-when-cross-origin")
    content_security_policy = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["DENY", "SAMEORIGIN"], var.security_headers.frames)
    error_message = "security_headers.frames is DENY or SAMEORIGIN, not ${var.security_headers.frames}."
  }
}

variable "default_root_object" {
  description = "File of a bucket that is served for /, such as `index.html`."
  type        = string
  default     = null
}

variable "error_pages" {
  description = "Responses to errors of the origin by key: `code` of the error, `answer`, the code that is sent with the `page`, and for how many `seconds` it is cached."
  type = map(object({
    code    = number
    answer  = optional(number)
    page    = optional(string)
    seconds = optional(number, 10)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for page in var.error_pages : (page.answer == null) == (page.page == null)])
    error_message = "An error page has an answer and a page, or neither; not so: ${join(", ", [for key, page in var.error_pages : key if(page.answer == null) != (page.page == null)])}."
  }
}

variable "price_class" {
  description = "Where it serves from: `PriceClass_100` (Europe and North America), `PriceClass_200` or `PriceClass_All`."
  type        = string
  default     = "PriceClass_100"
  nullable    = false

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class is PriceClass_100, PriceClass_200 or PriceClass_All, not ${var.price_class}."
  }
}

variable "countries" {
  description = "The countries that can reach it: `rule` `none` (everywhere), `whitelist` (only `codes`) or `blacklist` (not `codes`), ISO codes of two letters."
  type = object({
    rule  = optional(string, "none")
    codes = optional(set(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["none", "whitelist", "blacklist"], var.countries.rule) && (var.countries.rule == "none") == (length(var.countries.codes) == 0)
    error_message = "countries.rule is none without codes, or whitelist or blacklist with some; not ${var.countries.rule} with ${length(var.countries.codes)}."
  }
  validation {
    condition     = alltrue([for code in var.countries.codes : can(regex("^[A-Z]{2}$", code))])
    error_message = "countries.codes are two capital letters; not all are: ${join(", ", var.countries.codes)}."
  }
}

variable "web_acl_arn" {
  description = "Firewall (WAFv2 with scope CLOUDFRONT) that checks every request."
  type        = string
  default     = null

  validation {
    condition     = var.web_acl_arn == null || can(regex("^arn:aws[a-z-]*:wafv2:us-east-1:[0-9]{12}:global/webacl/", var.web_acl_arn))
    error_message = "web_acl_arn is a global one of WAFv2, in us-east-1, not ${coalesce(var.web_acl_arn, "none")}."
  }
}

variable "access_logs" {
  description = "Whether requests are logged in the bucket `bucket_domain_name` (which must have ACLs enabled: CloudFront writes by them) under `prefix`."
  type = object({
    enabled            = optional(bool, false)
    bucket_domain_name = optional(string)
    prefix             = optional(string, "")
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.access_logs.enabled == (var.access_logs.bucket_domain_name != null)
    error_message = "access_logs have a bucket_domain_name where they are enabled, and only there."
  }
}

variable "tags" {
  description = "Tags of all resources that can have tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
