# The host and its disk. The host is a fleet of one: image, template, metadata service and address are decided in one place.

data "aws_region" "current" {}
data "aws_partition" "current" {}

locals {
  create  = var.mode == "create"
  created = local.create ? { main = var.name } : {}
  tags    = merge(var.tags, { application = var.name })

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode == "reuse" ? ["instance.id", "launch_template.id", "data_volume.id"] : []
}

data "aws_subnet" "this" {
  id = var.subnet_id
}

module "host" {
  source = "../ec2-fleet"

  mode                  = var.mode
  name                  = var.name
  image                 = var.image
  instance_type         = var.instance_type
  security_group_ids    = var.security_group_ids
  instance_profile_name = var.instance_profile_name
  key_name              = var.key_name
  root_volume           = var.root_volume
  detailed_monitoring   = var.detailed_monitoring
  tags                  = var.tags
  user_data = !local.create ? null : templatefile("${path.module}/mount.sh.tftpl", {
    device    = var.data_volume.device
    serial    = replace(aws_ebs_volume.data["main"].id, "-", "")
    directory = var.data_volume.directory
    restored  = var.data_volume.snapshot_id != null
  })
  instances = {
    controller = {
      subnet_id              = var.subnet_id
      groups                 = var.groups
      public_address         = var.public_address
      fixed_address          = var.public_address && var.fixed_address
      termination_protection = var.termination_protection
    }
  }
  existing = local.create ? {} : {
    launch_template = { id = var.existing["launch_template"]["id"] }
    instances       = { controller = var.existing["instance"]["id"] }
  }
}

# Jobs, builds and keys. It outlives its instance, and leaves a snapshot when it is deleted.
resource "aws_ebs_volume" "data" {
  for_each = local.created

  availability_zone = data.aws_subnet.this.availability_zone
  type              = "gp3"
  size              = var.data_volume.size
  iops              = var.data_volume.iops
  throughput        = var.data_volume.throughput
  encrypted         = true
  kms_key_id        = var.data_volume.kms_key_arn
  snapshot_id       = var.data_volume.snapshot_id
  final_snapshot    = var.data_volume.final_snapshot
  tags              = merge(local.tags, var.data_volume.backup_tags, { Name = "${var.name}-data" })

  lifecycle {
    # Its zone is looked up, which a depends_on of the module puts off until the apply: a zone that is not known yet would replace the
    # disk. And a snapshot is read when the disk is made: naming a newer one must not throw away what has been written since.
    ignore_changes = [availability_zone, snapshot_id]
  }
}

resource "aws_volume_attachment" "data" {
  for_each = local.created

  device_name = var.data_volume.device
  volume_id   = aws_ebs_volume.data["main"].id
  instance_id = module.host.instance_ids["controller"]
  # Jenkins stops before its disk is detached, so that all data is written.
  stop_instance_before_detaching = true

  lifecycle {
    precondition {
      condition     = aws_ebs_volume.data["main"].availability_zone == data.aws_subnet.this.availability_zone
      error_message = "${var.subnet_id} is in ${data.aws_subnet.this.availability_zone}, and the data disk ${aws_ebs_volume.data["main"].id} is in ${aws_ebs_volume.data["main"].availability_zone}, where the server can have it. To move it take a snapshot, name it as data_volume.snapshot_id, and replace the disk by name: terraform apply -replace='….aws_ebs_volume.data[\"main\"]'."
    }
  }
}

resource "aws_lb_target_group_attachment" "this" {
  for_each = local.create ? var.target_groups : {}

  target_group_arn = each.value.arn
  target_id        = module.host.instance_ids["controller"]
  port             = each.value.port
}

resource "aws_route53_record" "this" {
  #checkov:skip=CKV2_AWS_23:It leads to the host of the module ec2-fleet, whose address the scan does not follow.
  for_each = local.create ? { for record in var.dns[*] : "main" => record } : {}

  zone_id = each.value.zone_id
  name    = each.value.name
  type    = "A"
  ttl     = 60
  records = [module.host.hosts["${var.name}-controller"].address]
}

# An instance on a broken machine moves to another one, with the same id, address and disks; a system that hangs is restarted.
resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.create ? {
    recover = { metric = "StatusCheckFailed_System", minutes = 2, says = "The machine under ${var.name} is broken: it moves to another one" }
    reboot  = { metric = "StatusCheckFailed_Instance", minutes = 5, says = "${var.name} does not answer: it is restarted" }
  } : {}

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = "AWS/EC2"
  metric_name         = each.value.metric
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = each.value.minutes
  dimensions          = { InstanceId = module.host.instance_ids["controller"] }
  alarm_actions       = concat(["arn:${data.aws_partition.current.partition}:automate:${data.aws_region.current.id}:ec2:${each.key}"], sort(var.alarm_topic_arns))
  ok_actions          = var.alarm_topic_arns
  tags                = local.tags
}
