# Public keys only: a private key never comes here, nor does Terraform make one, since its state would keep it.

locals {
  create  = var.mode == "create"
  created = { for key, pair in var.keys : key => pair if local.create }
  names   = { for key, pair in var.keys : key => coalesce(pair.name, "${var.name}-${key}") }
}

resource "aws_key_pair" "this" {
  for_each = local.created

  key_name   = local.names[each.key]
  public_key = trimspace(each.value.public_key)
  tags       = merge(var.tags, { Name = local.names[each.key] })
}

data "aws_key_pair" "this" {
  for_each = local.create ? {} : var.existing

  key_name           = each.value
  include_public_key = true

  lifecycle {
    # The comment behind a key is not the key.
    postcondition {
      condition = try(
        slice(split(" ", trimspace(self.public_key)), 0, 2) == slice(split(" ", trimspace(var.keys[each.key].public_key)), 0, 2),
        var.keys[each.key].public_key == "",
      )
      error_message = "existing: ${each.key} is ${each.value}, which is another key than the public_key that was given."
    }
  }
}

locals {
  pairs = local.create ? {
    for key, made in aws_key_pair.this : key => { name = made.key_name, id = made.key_pair_id, arn = made.arn, fingerprint = made.fingerprint }
    } : {
    for key, found in data.aws_key_pair.this : key => { name = found.key_name, id = found.id, arn = found.arn, fingerprint = found.fingerprint }
  }
}
