locals {
  load_balancer = local.create ? {
    arn      = aws_lb.this["main"].arn, arn_suffix = aws_lb.this["main"].arn_suffix, name = aws_lb.this["main"].name
    dns_name = aws_lb.this["main"].dns_name, zone_id = aws_lb.this["main"].zone_id
    } : {
    arn      = data.aws_lb.this["main"].arn, arn_suffix = data.aws_lb.this["main"].arn_suffix, name = data.aws_lb.this["main"].name
    dns_name = data.aws_lb.this["main"].dns_name, zone_id = data.aws_lb.this["main"].zone_id
  }

  # The URL uses TLS if there is a listener for it.
  entry = var.listeners[concat(
    [for key, listener in var.listeners : key if listener.protocol == "HTTPS"], keys(var.listeners),
  )[0]]
  usual_ports = { HTTP = 80, HTTPS = 443 }
}

output "load_balancer_arn" {
  description = "ARN of the load balancer, for a web ACL or a policy."
  value       = local.load_balancer.arn
}

output "load_balancer_arn_suffix" {
  description = "The part of the ARN that CloudWatch calls it by."
  value       = local.load_balancer.arn_suffix
}

output "load_balancer_name" {
  description = "Name of the load balancer."
  value       = local.load_balancer.name
}

output "dns_name" {
  description = "DNS name that AWS gave it, for an alias record or a CDN."
  value       = local.load_balancer.dns_name
}

output "zone_id" {
  description = "Hosted zone of its DNS name, for alias records."
  value       = local.load_balancer.zone_id
}

output "listener_arns" {
  description = "ARN of each listener, by key: what rules are added to."
  value = local.create ? {
    for key, listener in merge(aws_lb_listener.this, aws_lb_listener.delivery) : key => listener.arn
  } : { for key, listener in data.aws_lb_listener.this : key => listener.arn }
}

output "url" {
  description = "Where it answers: by HTTPS where a listener speaks it, at `host_name` where there is one."
  value = join("", [
    lower(local.entry.protocol), "://", try(coalesce(var.host_name), local.load_balancer.dns_name),
    local.entry.port == local.usual_ports[local.entry.protocol] ? "" : ":${local.entry.port}",
  ])
}
