locals {
  create  = var.mode == "create"
  created = local.create ? { main = var.name } : {}

  created_listeners  = { for key, listener in var.listeners : key => listener if local.create }
  listeners          = { for key, listener in local.created_listeners : key => listener if !listener.owned_by_delivery }
  delivery_listeners = { for key, listener in local.created_listeners : key => listener if listener.owned_by_delivery }

  # Arguments for TLS are null otherwise.
  certificate_arns = { for key, listener in var.listeners : key => listener.protocol == "HTTPS" ? try(coalesce(listener.certificate_arn, var.certificate_arn), null) : null }
  ssl_policies     = { for key, listener in var.listeners : key => listener.protocol == "HTTPS" ? listener.ssl_policy : null }

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode == "reuse" ? concat(["load_balancer.arn"], [for key in keys(var.listeners) : "listeners.${key}"]) : []
}

resource "aws_lb" "this" {
  #checkov:skip=CKV_AWS_150:Deletion is refused by default; a trial that goes again says otherwise.
  #checkov:skip=CKV2_AWS_28:A firewall is paid by rule and request: a deployment that wants one attaches it to load_balancer_arn.
  for_each = local.created

  name               = each.value
  load_balancer_type = "application"
  internal           = var.internal
  ip_address_type    = var.ip_address_type
  subnets            = values(var.subnet_ids)
  security_groups    = var.security_group_ids

  enable_deletion_protection = var.deletion_protection
  enable_http2               = var.http2
  idle_timeout               = var.idle_timeout
  # Headers that a proxy and a server read differently allow request smuggling.
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "defensive"

  # The block is always set: without it logs would not be switched off again.
  access_logs {
    enabled = var.access_logs.destination == "s3"
    bucket  = var.access_logs.destination == "s3" ? var.access_logs.bucket_name : ""
    prefix  = var.access_logs.prefix
  }

  tags = merge(var.tags, { Name = each.value })
}

# A listener that replaces another one is created after that is deleted, because a port is unique on a load balancer.
resource "terraform_data" "listener_owner" {
  for_each = { for key, listener in local.created_listeners : key => listener.owned_by_delivery ? "delivery" : "terraform" }

  triggers_replace = each.value
}

resource "aws_lb_listener" "this" {
  #checkov:skip=CKV_AWS_2:HTTPS by default; a listener for HTTP must be asked for, and inside of a VPC there may be reasons.
  #checkov:skip=CKV_AWS_103:At least TLS 1.2 by default, which checkov does not see in each.value; a test holds it.
  for_each = local.listeners

  load_balancer_arn = aws_lb.this["main"].arn
  port              = each.value.port
  protocol          = each.value.protocol
  certificate_arn   = local.certificate_arns[each.key]
  ssl_policy        = local.ssl_policies[each.key]
  tags              = merge(var.tags, { Name = "${var.name}-${each.key}" })

  default_action {
    type             = each.value.action == "not-found" ? "fixed-response" : each.value.action
    target_group_arn = each.value.target_group_arn

    dynamic "fixed_response" {
      for_each = { for action in [each.value.action] : action => "404" if action == "not-found" }

      content {
        content_type = "text/plain"
        message_body = "Not found"
        status_code  = fixed_response.value
      }
    }

    dynamic "redirect" {
      for_each = { for action in [each.value.action] : action => var.listeners[each.value.redirect_to] if action == "redirect" }

      content {
        port        = tostring(redirect.value.port)
        protocol    = redirect.value.protocol
        status_code = "HTTP_301"
      }
    }
  }

  depends_on = [terraform_data.listener_owner]
}

# Terraform sets their target at the creation and ignores it afterwards.
resource "aws_lb_listener" "delivery" {
  #checkov:skip=CKV_AWS_2:HTTP must be asked for; the listener by which a delivery tests its new tasks may be one.
  #checkov:skip=CKV_AWS_103:At least TLS 1.2 by default, which checkov does not see in local.ssl_policies.
  for_each = local.delivery_listeners

  load_balancer_arn = aws_lb.this["main"].arn
  port              = each.value.port
  protocol          = each.value.protocol
  certificate_arn   = local.certificate_arns[each.key]
  ssl_policy        = local.ssl_policies[each.key]
  tags              = merge(var.tags, { Name = "${var.name}-${each.key}" })

  default_action {
    type             = "forward"
    target_group_arn = each.value.target_group_arn
  }

  lifecycle {
    ignore_changes = [default_action]
  }

  depends_on = [terraform_data.listener_owner]
}

resource "aws_lb_listener_certificate" "this" {
  for_each = merge([
    for key, listener in local.created_listeners : {
      for certificate, arn in listener.additional_certificate_arns : "${key}/${certificate}" => { listener = key, arn = arn }
    }
  ]...)

  listener_arn    = merge(aws_lb_listener.this, aws_lb_listener.delivery)[each.value.listener].arn
  certificate_arn = each.value.arn
}
