mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name              = "shop"
  zone_name         = "example.org"
  existing          = { zone = "Z0F0E0D0C0B0A0" }
  domain_name       = "shop.example.org"
  alternative_names = ["*.shop.example.org", "www.example.org"]
  tags              = { application = "shop" }
}

run "names_are_known_before_anything_is_made" {
  command = plan

  assert {
    condition     = keys(aws_route53_record.proof) == ["shop.example.org", "www.example.org"]
    error_message = "There is not one proof for each name, with a wildcard proven by the name below it: ${join(", ", keys(aws_route53_record.proof))}."
  }
  assert {
    condition     = aws_acm_certificate.this["main"].domain_name == "shop.example.org" && aws_acm_certificate.this["main"].subject_alternative_names == toset(["*.shop.example.org", "www.example.org"])
    error_message = "The certificate is for other names."
  }
  assert {
    condition     = aws_acm_certificate.this["main"].validation_method == "DNS"
    error_message = "The certificate renews by hand."
  }
  assert {
    condition     = aws_acm_certificate.this["main"].tags == tomap({ Name = "shop", application = "shop" })
    error_message = "The certificate lacks its tags."
  }
  assert {
    condition     = length(aws_route53_zone.this) + length(aws_route53_record.caa) + length(aws_route53_record.alias) + length(aws_cloudwatch_log_group.queries) == 0
    error_message = "Something is made in another's zone that was not asked for."
  }
}

run "the_certificate_is_proven_and_waited_for" {
  assert {
    condition = jsonencode({ for name, record in aws_route53_record.proof : name => [record.zone_id, record.name, record.type, tolist(record.records)] }) == jsonencode({
      "shop.example.org" = ["Z0F0E0D0C0B0A0", "_proof.shop.example.org.", "CNAME", ["_value.shop.example.org."]]
      "www.example.org"  = ["Z0F0E0D0C0B0A0", "_proof.www.example.org.", "CNAME", ["_value.www.example.org."]]
    })
    error_message = "A proof is not what ACM asked for."
  }
  assert {
    condition     = aws_acm_certificate_validation.this["main"].certificate_arn == aws_acm_certificate.this["main"].arn && length(aws_acm_certificate_validation.this["main"].validation_record_fqdns) == 2
    error_message = "Nobody waits for the certificate."
  }
  assert {
    condition     = output.certificate_arn == aws_acm_certificate.this["main"].arn && output.zone_id == "Z0F0E0D0C0B0A0" && output.zone_name == "example.org"
    error_message = "The outputs are not of the certificate and its zone."
  }
  assert {
    condition     = jsonencode(output.names) == jsonencode(["shop.example.org", "*.shop.example.org", "www.example.org"])
    error_message = "The names are not those of the certificate."
  }
}

run "names_stand_for_what_aws_runs" {
  variables {
    records = {
      shop = { name = "shop.example.org", target_dns_name = "d1.cloudfront.net", target_zone_id = "Z2FDTNDATAQYW2", ipv6 = true }
      www  = { name = "www.example.org", target_dns_name = "lb.eu-west-1.elb.amazonaws.com", target_zone_id = "Z32O12XQLNTSW2" }
    }
  }

  assert {
    condition     = keys(aws_route53_record.alias) == ["shop/A", "shop/AAAA", "www/A"]
    error_message = "A name has too few, or too many, kinds of addresses."
  }
  assert {
    condition     = aws_route53_record.alias["shop/AAAA"].type == "AAAA" && aws_route53_record.alias["shop/AAAA"].alias[0].name == "d1.cloudfront.net" && aws_route53_record.alias["shop/AAAA"].alias[0].zone_id == "Z2FDTNDATAQYW2"
    error_message = "A name stands for something else."
  }
  assert {
    condition     = jsonencode(output.record_names) == jsonencode({ shop = aws_route53_record.alias["shop/A"].fqdn, www = aws_route53_record.alias["www/A"].fqdn })
    error_message = "The record names are not by key."
  }
}

run "a_name_goes_without_the_others" {
  command = plan

  variables {
    records = { www = { name = "www.example.org", target_dns_name = "lb.eu-west-1.elb.amazonaws.com", target_zone_id = "Z32O12XQLNTSW2" } }
  }

  # changes only: ["shop/A"] ["shop/AAAA"]
  assert {
    condition     = keys(aws_route53_record.alias) == ["www/A"]
    error_message = "The name is still there."
  }
}

run "a_zone_of_its_own" {
  state_key = "zone"

  variables {
    existing          = {}
    zone_mode         = "create"
    zone_name         = "shop.example.org"
    alternative_names = []
    caa_issuers       = ["amazon.com"]
    query_log         = { enabled = true }
    wait              = false
  }

  override_data {
    target = data.aws_region.current
    values = { id = "us-east-1" }
  }

  assert {
    condition     = aws_route53_zone.this["main"].name == "shop.example.org" && !aws_route53_zone.this["main"].force_destroy && output.zone_id == aws_route53_zone.this["main"].zone_id
    error_message = "The zone is another, or its records go with it."
  }
  assert {
    condition     = length(data.aws_route53_zone.this) + length(aws_acm_certificate_validation.this) == 0 && output.certificate_arn == aws_acm_certificate.this["main"].arn
    error_message = "The certificate is waited for though nobody can find the zone."
  }
  assert {
    condition     = jsonencode(output.name_servers) == jsonencode(["ns-1.awsdns-01.org", "ns-2.awsdns-02.com"])
    error_message = "The servers are not those of the zone."
  }
  assert {
    condition     = aws_route53_record.caa["main"].name == "shop.example.org" && aws_route53_record.caa["main"].records == toset(["0 issue \"amazon.com\""])
    error_message = "Others may issue certificates too."
  }
  assert {
    condition = (
      aws_cloudwatch_log_group.queries["main"].retention_in_days == 90 && aws_route53_query_log.this["main"].cloudwatch_log_group_arn == aws_cloudwatch_log_group.queries["main"].arn &&
      jsondecode(aws_cloudwatch_log_resource_policy.queries["main"].policy_document).Statement[0].Condition.ArnLike["aws:SourceArn"] == aws_route53_zone.this["main"].arn
    )
    error_message = "Questions are not logged, or another zone may write to the log."
  }
}

run "questions_are_logged_in_one_region_only" {
  command   = plan
  state_key = "elsewhere"

  variables {
    existing          = {}
    zone_mode         = "create"
    zone_name         = "shop.example.org"
    alternative_names = []
    query_log         = { enabled = true }
  }

  expect_failures = [aws_cloudwatch_log_group.queries["main"]]
}
