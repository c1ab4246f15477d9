# Who may connect. A group is made where clients are named; it lets them in on the database's port and lets nothing out.

locals {
  created_clients    = { for key, client in var.clients : key => client if local.create }
  created_group      = length(local.created_clients) > 0 ? { main = var.name } : {}
  security_group_ids = concat(tolist(var.security_group_ids), [for group in aws_security_group.this : group.id])
}

resource "aws_security_group" "this" {
  for_each = local.created_group

  name_prefix = "${each.value}-database-"
  description = "Clients of the database ${each.value}."
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${each.value}-database" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = local.created_clients

  security_group_id            = aws_security_group.this["main"].id
  description                  = "${each.key} connects to the database"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  referenced_security_group_id = each.value.security_group_id
  cidr_ipv4                    = each.value.cidr_block
  tags                         = merge(var.tags, { Name = each.key })

  # A group that is replaced has its rules before anything moves to it.
  lifecycle {
    create_before_destroy = true
  }
}
