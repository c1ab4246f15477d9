locals {
  ingress = merge([
    for key, group in local.created : { for rule_key, rule in group.ingress : "${key}/${rule_key}" => merge(rule, { owner = key }) }
  ]...)
  egress = merge([
    for key, group in local.created : { for rule_key, rule in group.egress : "${key}/${rule_key}" => merge(rule, { owner = key }) }
  ]...)
  # A key with two slashes can be no rule's of the caller.
  egress_all = merge([
    for key, group in local.created : {
      "${key}/all/ipv4" = { owner = key, cidr_ipv4 = "0.0.0.0/0", cidr_ipv6 = null }
      "${key}/all/ipv6" = { owner = key, cidr_ipv4 = null, cidr_ipv6 = "::/0" }
    } if group.egress_all
  ]...)

  # What the API calls them; neither all protocols nor the whole of ICMP have ports. ICMP of IPv6 is another protocol: a rule for the
  # one with addresses of the other is taken, and lets nothing through.
  protocols = { tcp = "tcp", udp = "udp", icmp = "icmp", all = "-1" }
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = local.ingress

  security_group_id            = aws_security_group.this[each.value.owner].id
  description                  = each.value.description
  ip_protocol                  = each.value.protocol == "icmp" && each.value.cidr_ipv6 != null ? "icmpv6" : local.protocols[each.value.protocol]
  from_port                    = each.value.protocol == "all" ? null : each.value.protocol == "icmp" ? -1 : each.value.port
  to_port                      = each.value.protocol == "all" ? null : each.value.protocol == "icmp" ? -1 : coalesce(each.value.to_port, each.value.port)
  cidr_ipv4                    = each.value.cidr_ipv4
  cidr_ipv6                    = each.value.cidr_ipv6
  prefix_list_id               = each.value.prefix_list_id
  referenced_security_group_id = each.value.group == null ? each.value.security_group_id : aws_security_group.this[each.value.group].id
  tags                         = merge(var.tags, { Name = each.key })

  # A group that is replaced has its rules before anything moves to it.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = local.egress

  security_group_id            = aws_security_group.this[each.value.owner].id
  description                  = each.value.description
  ip_protocol                  = each.value.protocol == "icmp" && each.value.cidr_ipv6 != null ? "icmpv6" : local.protocols[each.value.protocol]
  from_port                    = each.value.protocol == "all" ? null : each.value.protocol == "icmp" ? -1 : each.value.port
  to_port                      = each.value.protocol == "all" ? null : each.value.protocol == "icmp" ? -1 : coalesce(each.value.to_port, each.value.port)
  cidr_ipv4                    = each.value.cidr_ipv4
  cidr_ipv6                    = each.value.cidr_ipv6
  prefix_list_id               = each.value.prefix_list_id
  referenced_security_group_id = each.value.group == null ? each.value.security_group_id : aws_security_group.this[each.value.group].id
  tags                         = merge(var.tags, { Name = each.key })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "all" {
  for_each = local.egress_all

  security_group_id = aws_security_group.this[each.value.owner].id
  description       = "To anywhere, as egress_all asks"
  ip_protocol       = "-1"
  cidr_ipv4         = each.value.cidr_ipv4
  cidr_ipv6         = each.value.cidr_ipv6
  tags              = merge(var.tags, { Name = each.key })

  lifecycle {
    create_before_destroy = true
  }
}
