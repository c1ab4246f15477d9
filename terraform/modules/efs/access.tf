# Who may mount. A group is made where clients are named; it lets them in on the port of NFS and lets nothing out.

resource "aws_security_group" "this" {
  for_each = local.created_group

  name_prefix = "${each.value}-files-"
  description = "Clients of the file system ${each.value}."
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${each.value}-files" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = local.created_clients

  security_group_id            = aws_security_group.this["main"].id
  description                  = "${each.key} mounts the file system"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
  referenced_security_group_id = each.value.security_group_id
  cidr_ipv4                    = each.value.cidr_block
  tags                         = merge(var.tags, { Name = each.key })

  # A new group has its rules before anything uses it.
  lifecycle {
    create_before_destroy = true
  }
}
