# Its own zone, for names directly below it, with a query log. First apply it with wait = false. Then add the name servers to the
# parent zone, and apply without wait = false.
provider "aws" {
  region = "us-east-1"
}

variable "delegated" {
  description = "Whether the parent zone knows the name servers."
  type        = bool
  default     = false
}

module "dns_cert" {
  source = "../.."

  name              = "shop"
  zone_mode         = "create"
  zone_name         = "shop.example.org"
  domain_name       = "shop.example.org"
  alternative_names = ["*.shop.example.org"]
  wait              = var.delegated
  caa_issuers       = ["amazon.com"]
}

output "name_servers" {
  description = "What the parent zone must be told."
  value       = module.dns_cert.name_servers
}
