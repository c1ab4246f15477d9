output "certificate_arn" {
  description = "ARN of the certificate: issued, unless `wait` is false."
  value = (
    !local.create ? data.aws_acm_certificate.this["main"].arn :
    var.wait ? aws_acm_certificate_validation.this["main"].certificate_arn : aws_acm_certificate.this["main"].arn
  )
}

output "names" {
  description = "Names that the certificate is for, the first one first."
  value       = local.names
}

output "zone_id" {
  description = "Id of the zone: where records are made."
  value       = local.zone_id
}

output "zone_name" {
  description = "Name of the zone."
  value       = var.zone_name
}

output "name_servers" {
  description = "Name servers of the zone; enter them in the parent zone or at the registrar for a new zone."
  value       = local.create_zone ? sort(aws_route53_zone.this["main"].name_servers) : sort(data.aws_route53_zone.this["main"].name_servers)
}

output "record_names" {
  description = "Full name of each of `records`, by key."
  value       = { for key in keys(var.records) : key => aws_route53_record.alias["${key}/A"].fqdn }
}
