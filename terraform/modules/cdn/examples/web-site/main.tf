# A web site: pages from a load balancer that answers only CloudFront, uploads from a bucket that only CloudFront can read.
provider "aws" {
  region = "eu-west-1"
}

variable "origin_secret" {
  description = "What the load balancer's rule asks for in the header X-Origin-Verify."
  type        = string
  sensitive   = true
  default     = "only-an-example-of-a-secret"
}

module "cdn" {
  source = "../.."

  name = "blog"
  origins = {
    web     = { kind = "load-balancer", domain_name = "origin.blog.example.org", secret_header = "X-Origin-Verify" }
    uploads = { kind = "bucket", domain_name = "blog-uploads.s3.eu-west-1.amazonaws.com", bucket_arn = "arn:aws:s3:::blog-uploads" }
  }
  origin_secrets = { web = var.origin_secret }

  default = { origin = "web", methods = "all", origin_request_policy = "Managed-AllViewer" }
  paths = {
    uploads = { path = "/wp-content/uploads/*", precedence = 10, origin = "uploads" }
    static  = { path = "/wp-includes/*", precedence = 20, origin = "web" }
  }

  aliases         = { blog = { name = "blog.example.org", record = true, zone_id = "Z0F0E0D0C0B0A0" } }
  certificate_arn = "arn:aws:acm:us-east-1:111111111111:certificate/11111111-2222-3333-4444-555555555555"
  tags            = { application = "blog" }
}

output "bucket_policy" {
  description = "Policy of the bucket."
  value       = jsonencode({ Version = "2012-10-17", Statement = [jsondecode(module.cdn.bucket_statements["uploads"])] })
}
