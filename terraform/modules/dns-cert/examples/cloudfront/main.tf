# The certificate of a distribution, in a team's zone. CloudFront accepts only certificates of us-east-1, so the provider has that region.
# A root in another region has a second provider and sets `providers = { aws = aws.us_east_1 }` in the module block.
provider "aws" {
  region = "us-east-1"
}

module "dns_cert" {
  source = "../.."

  name              = "shop"
  zone_name         = "example.org"
  existing          = { zone = "Z0F0E0D0C0B0A0" }
  domain_name       = "shop.example.org"
  alternative_names = ["www.shop.example.org"]
  records = {
    shop = {
      name            = "shop.example.org"
      target_dns_name = "d111111abcdef8.cloudfront.net"
      target_zone_id  = "Z2FDTNDATAQYW2"
      ipv6            = true
    }
  }
}

output "certificate_arn" {
  description = "What CloudFront presents."
  value       = module.dns_cert.certificate_arn
}
