mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "shop"
  origins = {
    web   = { kind = "load-balancer", domain_name = "origin.example.org", secret_header = "X-Origin-Verify" }
    files = { kind = "bucket", domain_name = "files.s3.eu-west-1.amazonaws.com", bucket_arn = "arn:aws:s3:::files", path = "/public" }
  }
  origin_secrets = { web = "0123456789abcdef" }
  default        = { origin = "web", methods = "all", origin_request_policy = "Managed-AllViewer" }
  paths = {
    # In the alphabet the other way round than by precedence.
    all = { path = "/*", precedence = 100, origin = "web", cache_policy = "Managed-CachingDisabled" }
    www = { path = "/files/*", precedence = 9, origin = "files" }
  }
  aliases = {
    main = { name = "shop.example.org", record = true, zone_id = "Z0F0E0D0C0B0A0" }
    www  = { name = "www.shop.example.org" }
  }
  certificate_arn = "arn:aws:acm:us-east-1:111111111111:certificate/11111111-2222-3333-4444-555555555555"
  tags            = { application = "shop" }
}

run "visitors_and_origins_speak_tls" {
  command = plan

  assert {
    condition = (
      aws_cloudfront_distribution.this["main"].viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021" && aws_cloudfront_distribution.this["main"].viewer_certificate[0].ssl_support_method == "sni-only" &&
      endswith(aws_cloudfront_distribution.this["main"].viewer_certificate[0].acm_certificate_arn, "/11111111-2222-3333-4444-555555555555")
    )
    error_message = "Visitors may use an old TLS, or meet another certificate."
  }
  assert {
    condition = alltrue([
      for behavior in concat(aws_cloudfront_distribution.this["main"].default_cache_behavior, aws_cloudfront_distribution.this["main"].ordered_cache_behavior) : behavior.viewer_protocol_policy == "redirect-to-https"
    ])
    error_message = "Something is served without TLS."
  }
  assert {
    condition     = aws_cloudfront_distribution.this["main"].aliases == toset(["shop.example.org", "www.shop.example.org"]) && aws_cloudfront_distribution.this["main"].tags == tomap({ Name = "shop", application = "shop" })
    error_message = "It does not serve its names, or lacks its tags."
  }
  assert {
    condition     = aws_cloudfront_distribution.this["main"].price_class == "PriceClass_100" && aws_cloudfront_distribution.this["main"].is_ipv6_enabled && length(aws_cloudfront_distribution.this["main"].logging_config) == 0
    error_message = "It costs more than was asked for, or some cannot reach it."
  }
  assert {
    condition     = length(data.aws_cloudfront_distribution.this) == 0
    error_message = "A distribution is looked up though it is made."
  }
}

run "paths_are_served_in_the_order_that_they_say" {
  command = plan

  assert {
    condition     = jsonencode(aws_cloudfront_distribution.this["main"].ordered_cache_behavior[*].path_pattern) == jsonencode(["/files/*", "/*"])
    error_message = "The order of paths is that of their keys."
  }
  assert {
    condition     = contains(aws_cloudfront_distribution.this["main"].default_cache_behavior[0].allowed_methods, "POST") && !contains(aws_cloudfront_distribution.this["main"].ordered_cache_behavior[0].allowed_methods, "POST")
    error_message = "Forms cannot be sent, or files be written."
  }
  assert {
    condition     = toset(keys(data.aws_cloudfront_cache_policy.this)) == toset(["Managed-CachingDisabled", "Managed-CachingOptimized"]) && keys(data.aws_cloudfront_origin_request_policy.this) == ["Managed-AllViewer"]
    error_message = "Pages of one visitor are kept for another, or files are not kept."
  }
}

run "origins_answer_nobody_else" {
  assert {
    condition = alltrue([for origin in aws_cloudfront_distribution.this["main"].origin :
      origin.custom_origin_config[0].origin_protocol_policy == "https-only" && jsonencode(origin.custom_origin_config[0].origin_ssl_protocols) == jsonencode(["TLSv1.2"]) && jsonencode([for header in origin.custom_header : [header.name, header.value]]) == jsonencode([["X-Origin-Verify", "0123456789abcdef"]])
      if origin.origin_id == "web"
    ])
    error_message = "The load balancer is asked in the clear, or cannot tell who asks."
  }
  assert {
    condition = alltrue([for origin in aws_cloudfront_distribution.this["main"].origin :
      origin.origin_access_control_id == aws_cloudfront_origin_access_control.this["files"].id && length(origin.custom_origin_config) + length(origin.custom_header) == 0 && origin.origin_path == "/public"
      if origin.origin_id == "files"
    ]) && aws_cloudfront_origin_access_control.this["files"].signing_behavior == "always" && keys(aws_cloudfront_origin_access_control.this) == ["files"]
    error_message = "The bucket is asked without a signature."
  }
  assert {
    condition = jsonencode([jsondecode(output.bucket_statements["files"]).Resource, jsondecode(output.bucket_statements["files"]).Condition]) == jsonencode([
      "arn:aws:s3:::files/public/*", { StringEquals = { "AWS:SourceArn" = aws_cloudfront_distribution.this["main"].arn } },
    ]) && keys(output.bucket_statements) == ["files"]
    error_message = "Another distribution may read the bucket."
  }
  assert {
    condition = (
      output.distribution_id == aws_cloudfront_distribution.this["main"].id && output.distribution_arn == aws_cloudfront_distribution.this["main"].arn &&
      output.domain_name == "d111111abcdef8.cloudfront.net" && output.hosted_zone_id == "Z2FDTNDATAQYW2" &&
      jsonencode(output.urls) == jsonencode({ main = "https://shop.example.org", www = "https://www.shop.example.org" })
    )
    error_message = "The outputs are not of the distribution."
  }
}

run "a_version_in_the_query_string_is_kept_apart" {
  command = plan

  variables {
    cache_policies = { versions = { query_strings = ["ver"] } }
    paths          = { www = { path = "/files/*", precedence = 9, origin = "web", cache_policy = "versions" } }
  }

  assert {
    condition = (
      one(aws_cloudfront_cache_policy.this["versions"].parameters_in_cache_key_and_forwarded_to_origin[0].query_strings_config[*].query_string_behavior) == "whitelist" &&
      aws_cloudfront_cache_policy.this["versions"].parameters_in_cache_key_and_forwarded_to_origin[0].query_strings_config[0].query_strings[0].items == toset(["ver"])
    )
    error_message = "A new version of a file is answered with the old one."
  }
  assert {
    condition = (
      one(aws_cloudfront_cache_policy.this["versions"].parameters_in_cache_key_and_forwarded_to_origin[0].cookies_config[*].cookie_behavior) == "none" &&
      aws_cloudfront_cache_policy.this["versions"].name == "shop-versions" && keys(data.aws_cloudfront_cache_policy.this) == ["Managed-CachingDisabled"]
    )
    error_message = "One file is kept for each visitor, or the policy is looked up though it is made."
  }
}

run "a_name_goes_without_the_others" {
  command = plan

  variables {
    aliases = {
      main = { name = "shop.example.org" }
      www  = { name = "www.shop.example.org" }
    }
  }

  # changes only: ["main/A"] ["main/AAAA"]
  assert {
    condition     = length(aws_route53_record.alias) == 0
    error_message = "The name is still there."
  }
}

run "answers_carry_security_headers" {
  command = plan

  variables {
    security_headers = { content_security_policy = "default-src 'self'" }
  }

  assert {
    condition = (
      aws_cloudfront_response_headers_policy.this["main"].security_headers_config[0].strict_transport_security[0].access_control_max_age_sec == 63072000 &&
      aws_cloudfront_response_headers_policy.this["main"].security_headers_config[0].strict_transport_security[0].override &&
      !aws_cloudfront_response_headers_policy.this["main"].security_headers_config[0].strict_transport_security[0].include_subdomains &&
      aws_cloudfront_response_headers_policy.this["main"].security_headers_config[0].content_type_options[0].override
    )
    error_message = "Browsers do not insist on TLS, or guess what a file is."
  }
  assert {
    condition = (
      !aws_cloudfront_response_headers_policy.this["main"].security_headers_config[0].frame_options[0].override &&
      aws_cloudfront_response_headers_policy.this["main"].security_headers_config[0].content_security_policy[0].content_security_policy == "default-src 'self'"
    )
    error_message = "The application cannot say otherwise, or the policy is another."
  }
}

run "what_is_asked_for_is_had" {
  command   = plan
  state_key = "asked"

  variables {
    aliases             = {}
    certificate_arn     = null
    countries           = { rule = "whitelist", codes = ["DE", "FR"] }
    web_acl_arn         = "arn:aws:wafv2:us-east-1:111111111111:global/webacl/shop/1"
    access_logs         = { enabled = true, bucket_domain_name = "logs.s3.amazonaws.com", prefix = "shop/" }
    error_pages         = { missing = { code = 404, answer = 404, page = "/404.html" } }
    default_root_object = "index.html"
  }

  assert {
    condition     = aws_cloudfront_distribution.this["main"].viewer_certificate[0].cloudfront_default_certificate && length(aws_route53_record.alias) == 0
    error_message = "Without names there is no certificate."
  }
  assert {
    condition     = aws_cloudfront_distribution.this["main"].restrictions[0].geo_restriction[0].locations == toset(["DE", "FR"]) && aws_cloudfront_distribution.this["main"].web_acl_id == "arn:aws:wafv2:us-east-1:111111111111:global/webacl/shop/1"
    error_message = "Others reach it, or no firewall looks."
  }
  assert {
    condition     = aws_cloudfront_distribution.this["main"].logging_config[0].bucket == "logs.s3.amazonaws.com" && one(aws_cloudfront_distribution.this["main"].custom_error_response).response_page_path == "/404.html" && aws_cloudfront_distribution.this["main"].default_root_object == "index.html"
    error_message = "Logs, error page or first file are not as was asked."
  }
}
