# The disk of a server that somebody else owns: only looked up. The instance is looked up where the fleet does it.

data "aws_ebs_volume" "data" {
  for_each = local.create ? {} : { main = var.existing["data_volume"]["id"] }

  filter {
    name   = "volume-id"
    values = [each.value]
  }

  lifecycle {
    postcondition {
      condition     = self.availability_zone == data.aws_subnet.this.availability_zone
      error_message = "existing: data_volume.id is ${each.value}, which is in ${self.availability_zone}, where no instance in ${var.subnet_id} can have it."
    }
  }
}
