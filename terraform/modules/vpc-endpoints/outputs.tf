locals {
  found = local.create ? {
    for key, made in merge(aws_vpc_endpoint.gateway, aws_vpc_endpoint.interface) : key => {
      id = made.id, arn = made.arn, prefix_list = made.prefix_list_id, names = made.dns_entry
    }
    } : {
    for key, existing in data.aws_vpc_endpoint.this : key => {
      id = existing.id, arn = existing.arn, prefix_list = existing.prefix_list_id, names = existing.dns_entry
    }
  }
}

output "endpoint_ids" {
  description = "Id of the endpoint, by key; a bucket policy can require it with `aws:SourceVpce`."
  value       = { for key, endpoint in local.found : key => endpoint.id }
}

output "endpoint_arns" {
  description = "ARN of the endpoint, by key."
  value       = { for key, endpoint in local.found : key => endpoint.arn }
}

output "prefix_list_ids" {
  description = "Addresses of the service as a prefix list, by key of each gateway, for outgoing rules of security groups."
  value       = { for key, endpoint in local.found : key => endpoint.prefix_list if local.endpoints[key].type == "gateway" }
}

output "dns_names" {
  description = "Name of the endpoint's own, by key of each interface; the service's usual name leads there too with private DNS."
  value       = { for key, endpoint in local.found : key => try(endpoint.names[0]["dns_name"], null) if local.endpoints[key].type == "interface" }
}

output "security_group_id" {
  description = "Security group of the interfaces, for outgoing HTTPS rules of other groups; null if there is no interface."
  value       = local.create ? one(values(aws_security_group.this)[*].id) : one(values(data.aws_security_group.this)[*].id)
}
