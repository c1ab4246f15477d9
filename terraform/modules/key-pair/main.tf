# Public keys only. Terraform creates no private key, because its state would contain it.

locals {
  create  = var.mode == "create"
  created = { for key, pair in var.keys : key => pair if local.create }
  # The key without its comment: another comment is the same key.
  public_keys = { for key, pair in local.created : key => join(" ", slice(split(" ", trimspace(pair.public_key)), 0, 2)) }
  # Another key has another name: what uses the pair may have Terraform make the new one before the old one goes, which EC2 refuses under
  # one name.
  names = { for key, public_key in local.public_keys : key => coalesce(var.keys[key].name, "${var.name}-${key}-${substr(sha256(public_key), 0, 8)}") }

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode == "reuse" ? keys(var.keys) : []
}

resource "aws_key_pair" "this" {
  for_each = local.created

  key_name   = local.names[each.key]
  public_key = local.public_keys[each.key]
  tags       = merge(var.tags, { Name = local.names[each.key] })
}

data "aws_key_pair" "this" {
  for_each = local.create ? {} : var.existing

  key_name           = each.value
  include_public_key = true

  lifecycle {
    # The comment after a key is not part of it.
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
