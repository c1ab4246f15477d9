mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode        = "reuse"
  name        = "shop"
  zone_name   = "example.org"
  domain_name = "*.example.org"
  existing    = { zone = "Z0F0E0D0C0B0A0", certificate = "arn:aws:acm:eu-west-1:111111111111:certificate/99999999-8888-7777-6666-555555555555" }
}

run "nothing_is_made" {
  assert {
    condition = sum([for made in [
      aws_acm_certificate.this, aws_acm_certificate_validation.this, aws_route53_zone.this, aws_route53_record.proof, aws_route53_record.alias,
      aws_route53_record.caa, aws_route53_query_log.this, aws_cloudwatch_log_group.queries, aws_cloudwatch_log_resource_policy.queries,
    ] : length(made)]) == 0
    error_message = "Something of others' zone or certificate is made or changed."
  }
  assert {
    condition     = output.certificate_arn == "arn:aws:acm:eu-west-1:111111111111:certificate/99999999-8888-7777-6666-555555555555" && jsonencode(output.names) == jsonencode(["*.example.org"])
    error_message = "The certificate is not the one that was given."
  }
  assert {
    condition     = output.zone_id == "Z0F0E0D0C0B0A0" && output.zone_name == "example.org" && jsonencode(output.name_servers) == jsonencode(["ns-8.awsdns-08.net", "ns-9.awsdns-09.co.uk"])
    error_message = "The zone is not the one that was given."
  }
}

run "a_name_of_ones_own_in_the_zone_of_others" {
  variables {
    records = { shop = { name = "shop.example.org", target_dns_name = "lb.eu-west-1.elb.amazonaws.com", target_zone_id = "Z32O12XQLNTSW2" } }
  }

  assert {
    condition     = keys(aws_route53_record.alias) == ["shop/A"] && aws_route53_record.alias["shop/A"].zone_id == "Z0F0E0D0C0B0A0" && keys(output.record_names) == ["shop"]
    error_message = "The deployment has no name."
  }
}

run "a_zone_of_another_name_is_refused" {
  command = plan

  override_data {
    target = data.aws_route53_zone.this["main"]
    values = { name = "example.net", private_zone = false }
  }

  expect_failures = [data.aws_route53_zone.this["main"]]
}

run "a_certificate_of_another_name_is_refused" {
  command = plan

  override_data {
    target = data.aws_acm_certificate.this["main"]
    values = { arn = "arn:aws:acm:eu-west-1:111111111111:certificate/00000000-8888-7777-6666-555555555555" }
  }

  expect_failures = [data.aws_acm_certificate.this["main"]]
}
