# The distribution: its origins, its paths and their caching, and its names.

locals {
  create  = var.mode == "create"
  created = local.create ? { main = var.name } : {}
  buckets = { for key, origin in var.origins : key => origin if origin.kind == "bucket" }

  # Each path has a number for its order, so that removing one moves no other.
  paths       = { for key, path in var.paths : format("%05d/%s", path.precedence, key) => path }
  in_order    = [for key in sort(keys(local.paths)) : local.paths[key]]
  behaviors   = concat([var.default], values(var.paths))
  caching     = local.create ? setsubtract(local.behaviors[*].cache_policy, keys(var.cache_policies)) : []
  forwarding  = local.create ? toset(compact(local.behaviors[*].origin_request_policy)) : []
  methods     = { read = ["GET", "HEAD", "OPTIONS"], all = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"] }
  certificate = length(var.aliases) > 0

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode == "reuse" ? ["distribution"] : []
}

locals {
  cache_policy_ids = merge(
    { for name, found in data.aws_cloudfront_cache_policy.this : name => found.id },
    { for key, made in aws_cloudfront_cache_policy.this : key => made.id },
  )
}

# Policies are found by name, AWS's own (Managed-…) and others of the account alike, unless one is made here.
data "aws_cloudfront_cache_policy" "this" {
  for_each = local.caching

  name = each.key
}

data "aws_cloudfront_origin_request_policy" "this" {
  for_each = local.forwarding

  name = each.key
}

resource "aws_cloudfront_cache_policy" "this" {
  for_each = local.create ? var.cache_policies : {}

  name        = "${var.name}-${each.key}"
  comment     = "What ${var.name} keeps by path and ${length(each.value.query_strings) > 0 ? join(", ", each.value.query_strings) : "nothing else"}."
  min_ttl     = each.value.min_seconds
  default_ttl = each.value.default_seconds
  max_ttl     = each.value.max_seconds

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = true
    enable_accept_encoding_gzip   = true

    cookies_config {
      cookie_behavior = "none"
    }
    headers_config {
      header_behavior = "none"
    }
    query_strings_config {
      query_string_behavior = length(each.value.query_strings) > 0 ? "whitelist" : "none"

      dynamic "query_strings" {
        for_each = length(each.value.query_strings) > 0 ? [each.value.query_strings] : []

        content {
          items = query_strings.value
        }
      }
    }
  }

  # One that is no longer needed goes after the distribution has let go of it: until then it is in use.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudfront_origin_access_control" "this" {
  for_each = { for key, origin in local.buckets : key => origin if local.create }

  name                              = "${var.name}-${each.key}"
  description                       = "How ${var.name} signs what it asks of the bucket ${each.key}."
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"

  # One that is no longer needed goes after the distribution has let go of it: until then it is in use.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudfront_response_headers_policy" "this" {
  #checkov:skip=CKV_AWS_259:It asks for names below this one too and for a list in browsers, which bind others than this deployment
  for_each = local.created

  name    = each.value
  comment = "Security headers of ${each.value}."

  security_headers_config {
    strict_transport_security {
      access_control_max_age_sec = var.security_headers.hsts_seconds
      include_subdomains         = var.security_headers.hsts_subdomains
      preload                    = false
      override                   = true
    }
    content_type_options {
      override = true
    }
    # The application can override the following headers.
    frame_options {
      frame_option = var.security_headers.frames
      override     = false
    }
    referrer_policy {
      referrer_policy = var.security_headers.referrer
      override        = false
    }
    dynamic "content_security_policy" {
      for_each = var.security_headers.content_security_policy[*]

      content {
        content_security_policy = content_security_policy.value
        override                = false
      }
    }
  }
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV2_AWS_47:A firewall is an input, and so are its rules
  #checkov:skip=CKV_AWS_174:TLS 1.2 at least wherever the certificate is ones own; with CloudFront's it chooses itself
  #checkov:skip=CKV_AWS_310:A second origin is a second copy of the system
  for_each = local.created

  comment             = each.value
  enabled             = true
  is_ipv6_enabled     = true
  http_version        = "http2and3"
  price_class         = var.price_class
  aliases             = [for alias in var.aliases : alias.name]
  default_root_object = var.default_root_object
  web_acl_id          = var.web_acl_arn
  tags                = merge(var.tags, { Name = each.value })

  dynamic "origin" {
    for_each = var.origins

    content {
      origin_id                = origin.key
      domain_name              = origin.value.domain_name
      origin_path              = origin.value.path
      origin_access_control_id = origin.value.kind == "bucket" ? aws_cloudfront_origin_access_control.this[origin.key].id : null

      dynamic "custom_origin_config" {
        for_each = origin.value.kind == "load-balancer" ? [origin.value] : []

        content {
          origin_protocol_policy   = "https-only"
          origin_ssl_protocols     = ["TLSv1.2"]
          http_port                = 80
          https_port               = 443
          origin_read_timeout      = custom_origin_config.value.read_timeout
          origin_keepalive_timeout = custom_origin_config.value.keepalive_timeout
        }
      }

      dynamic "custom_header" {
        for_each = origin.value.secret_header[*]

        content {
          name  = custom_header.value
          value = var.origin_secrets[origin.key]
        }
      }
    }
  }

  default_cache_behavior {
    target_origin_id           = var.default.origin
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = local.methods[var.default.methods]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = local.cache_policy_ids[var.default.cache_policy]
    origin_request_policy_id   = one([for name in var.default.origin_request_policy[*] : data.aws_cloudfront_origin_request_policy.this[name].id])
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this[each.key].id

    dynamic "function_association" {
      for_each = var.default.functions

      content {
        event_type   = function_association.key
        function_arn = function_association.value
      }
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.in_order

    content {
      path_pattern               = ordered_cache_behavior.value.path
      target_origin_id           = ordered_cache_behavior.value.origin
      viewer_protocol_policy     = "redirect-to-https"
      allowed_methods            = local.methods[ordered_cache_behavior.value.methods]
      cached_methods             = ["GET", "HEAD"]
      compress                   = true
      cache_policy_id            = local.cache_policy_ids[ordered_cache_behavior.value.cache_policy]
      origin_request_policy_id   = one([for name in ordered_cache_behavior.value.origin_request_policy[*] : data.aws_cloudfront_origin_request_policy.this[name].id])
      response_headers_policy_id = aws_cloudfront_response_headers_policy.this[each.key].id

      dynamic "function_association" {
        for_each = ordered_cache_behavior.value.functions

        content {
          event_type   = function_association.key
          function_arn = function_association.value
        }
      }
    }
  }

  dynamic "custom_error_response" {
    for_each = var.error_pages

    content {
      error_code            = custom_error_response.value.code
      response_code         = custom_error_response.value.answer
      response_page_path    = custom_error_response.value.page
      error_caching_min_ttl = custom_error_response.value.seconds
    }
  }

  dynamic "logging_config" {
    for_each = var.access_logs.enabled ? [var.access_logs] : []

    content {
      bucket          = logging_config.value.bucket_domain_name
      prefix          = logging_config.value.prefix
      include_cookies = false
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = var.countries.rule
      locations        = var.countries.codes
    }
  }

  viewer_certificate {
    # Without its own names it has CloudFront's name and certificate.
    cloudfront_default_certificate = local.certificate ? null : true
    acm_certificate_arn            = local.certificate ? var.certificate_arn : null
    ssl_support_method             = local.certificate ? "sni-only" : null
    minimum_protocol_version       = local.certificate ? "TLSv1.2_2021" : null
  }
}

locals {
  records = merge([
    for key, alias in var.aliases : { for type in ["A", "AAAA"] : "${key}/${type}" => merge(alias, { type = type }) if alias.record && local.create }
  ]...)
}

resource "aws_route53_record" "alias" {
  for_each = local.records

  zone_id = each.value.zone_id
  name    = each.value.name
  type    = each.value.type

  alias {
    name                   = aws_cloudfront_distribution.this["main"].domain_name
    zone_id                = aws_cloudfront_distribution.this["main"].hosted_zone_id
    evaluate_target_health = false
  }
}

# A distribution that belongs to somebody else: only looked up, never changed.
data "aws_cloudfront_distribution" "this" {
  for_each = local.create ? {} : { main = var.existing["distribution"] }

  id = each.value

  lifecycle {
    postcondition {
      condition     = length(setsubtract([for alias in var.aliases : alias.name], self.aliases)) == 0
      error_message = "existing: distribution ${each.value} does not serve ${join(", ", setsubtract([for alias in var.aliases : alias.name], self.aliases))}."
    }
    postcondition {
      condition     = self.enabled
      error_message = "existing: distribution ${each.value} is disabled."
    }
  }
}
