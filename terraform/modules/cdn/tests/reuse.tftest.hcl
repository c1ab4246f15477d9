mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode     = "reuse"
  name     = "shop"
  origins  = { files = { kind = "bucket", domain_name = "files.s3.eu-west-1.amazonaws.com", bucket_arn = "arn:aws:s3:::files" } }
  default  = { origin = "files" }
  aliases  = { main = { name = "shop.example.org", record = true, zone_id = "Z0F0E0D0C0B0A0" } }
  existing = { distribution = "EFOUND" }
}

run "nothing_is_made" {
  assert {
    condition = sum([for made in [
      aws_cloudfront_distribution.this, aws_cloudfront_cache_policy.this, aws_cloudfront_origin_access_control.this, aws_cloudfront_response_headers_policy.this, aws_route53_record.alias,
    ] : length(made)]) == 0
    error_message = "Something of a distribution that belongs to others is made or changed."
  }
  assert {
    condition = (
      output.distribution_id == "EFOUND" && output.distribution_arn == "arn:aws:cloudfront::111111111111:distribution/EFOUND" &&
      output.domain_name == "d999999abcdef8.cloudfront.net" && output.hosted_zone_id == "Z2FDTNDATAQYW2" && jsonencode(output.urls) == jsonencode({ main = "https://shop.example.org" })
    )
    error_message = "The outputs are not of the existing distribution."
  }
  assert {
    condition     = jsondecode(output.bucket_statements["files"]).Condition.StringEquals["AWS:SourceArn"] == "arn:aws:cloudfront::111111111111:distribution/EFOUND"
    error_message = "The bucket would let another distribution read."
  }
}

run "a_distribution_of_other_names_is_refused" {
  command = plan

  variables {
    aliases = { main = { name = "blog.example.org" } }
  }

  expect_failures = [data.aws_cloudfront_distribution.this["main"]]
}

run "a_distribution_that_is_off_is_refused" {
  command = plan

  override_data {
    target = data.aws_cloudfront_distribution.this["main"]
    values = { enabled = false, aliases = ["shop.example.org"] }
  }

  expect_failures = [data.aws_cloudfront_distribution.this["main"]]
}
