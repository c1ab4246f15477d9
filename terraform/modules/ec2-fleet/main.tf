# The launch templates and the named instances; autoscaling.tf has the group.

locals {
  create      = var.mode == "create"
  application = coalesce(var.application, var.name)

  # Where each system's publisher writes the id of its newest image, whom one logs in as, what its root disk is called, and what it has
  # where nobody says: an image does not start on a disk that is smaller than its own.
  systems = {
    amazon-linux-2023 = {
      x86_64 = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64", arm64 = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
      user   = "ec2-user", root_device = "/dev/xvda", root_gib = 20
    }
    ecs-optimised = {
      x86_64 = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id", arm64 = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"
      user   = "ec2-user", root_device = "/dev/xvda", root_gib = 30
    }
    debian-12 = {
      x86_64 = "/aws/service/debian/release/12/latest/amd64", arm64 = "/aws/service/debian/release/12/latest/arm64"
      user   = "admin", root_device = "/dev/xvda", root_gib = 20
    }
    "ubuntu-24.04" = {
      x86_64 = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id", arm64 = "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id"
      user   = "ubuntu", root_device = "/dev/sda1", root_gib = 20
    }
  }
  system      = local.systems[var.image.os]
  parameter   = coalesce(var.image.parameter, local.system[var.image.architecture])
  root_device = coalesce(var.image.root_device, local.system.root_device)
  user        = coalesce(var.user, local.system.user)
  image_id    = var.image.ami_id != null ? var.image.ami_id : one(values(data.aws_ssm_parameter.image)[*].insecure_value)

  template = local.create ? { main = var.name } : {}
  created  = { for key, instance in var.instances : key => instance if local.create }
  # The provider gives a named instance its network interface in the request, and EC2 refuses one beside security groups of a template:
  # these instances are started from a template without groups, and have their own.
  templates = merge(
    { for key, name in local.template : key => { name = name, groups = var.security_group_ids } },
    { for key, name in local.template : "named" => { name = "${name}-named", groups = null } if length(local.created) > 0 },
  )
  tags = merge(var.tags, { application = local.application })


  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode != "reuse" ? [] : concat(
    ["launch_template.id"],
    [for key in keys(var.instances) : "instances.${key}"],
    [for settings in var.autoscaling[*] : "autoscaling_group.name"],
  )
}

data "aws_ssm_parameter" "image" {
  for_each = var.image.ami_id == null ? local.template : {}

  name = local.parameter
}

resource "aws_launch_template" "this" {
  for_each = local.templates

  name_prefix            = "${each.value.name}-"
  description            = "Instances of ${local.application}"
  update_default_version = true
  image_id               = local.image_id
  instance_type          = var.instance_type
  key_name               = var.key_name
  vpc_security_group_ids = each.value.groups
  # The default of every newer type; EC2 refuses it for t2.
  ebs_optimized = startswith(var.instance_type, "t2.") ? null : true
  user_data     = var.user_data == null ? null : base64encode(var.user_data)
  tags          = merge(local.tags, { Name = each.value.name })

  dynamic "iam_instance_profile" {
    for_each = var.instance_profile_name[*]

    content {
      name = iam_instance_profile.value
    }
  }

  dynamic "block_device_mappings" {
    for_each = merge({ (local.root_device) = merge(var.root_volume, { size = coalesce(var.root_volume.size, local.system.root_gib) }) }, var.volumes)

    content {
      device_name = block_device_mappings.key

      ebs {
        volume_type           = "gp3"
        volume_size           = block_device_mappings.value.size
        iops                  = block_device_mappings.value.iops
        throughput            = block_device_mappings.value.throughput
        encrypted             = true
        kms_key_id            = block_device_mappings.value.kms_key_arn
        delete_on_termination = true
      }
    }
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = var.metadata_hop_limit
  }

  monitoring {
    enabled = var.detailed_monitoring
  }

  # What is started from the template bears them from its first second: delivery finds instances by these two.
  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])

    content {
      resource_type = tag_specifications.key
      tags          = merge(local.tags, { Name = var.name, build-version = var.build_version })
    }
  }

  # Not create_before_destroy: Terraform would hand that on to the roles and profiles, whose names can be there only once, and so
  # could not replace them. Only another name replaces a template, and then everything here.
}

# A subnet that gives public addresses would put instances on the internet unintentionally.
data "aws_subnet" "this" {
  for_each = local.create ? merge(
    { for key, instance in var.instances : key => instance.subnet_id },
    merge([for group in var.autoscaling[*] : { for zone, id in group.subnet_ids : "autoscaling/${zone}" => id }]...),
  ) : {}

  id = each.value

  lifecycle {
    postcondition {
      condition     = !self.map_public_ip_on_launch
      error_message = "${each.key} is in ${self.id}, which gives every instance a public address; take another subnet, and public_address = true where one is wanted."
    }
  }
}

# Image, disks, metadata service and first boot are the template's, so that what is started by its name, by the group and by delivery is
# the same. What is said here can be changed while the instance lives, or would be sent as "no" by the provider if it were not said.
resource "aws_instance" "this" {
  #checkov:skip=CKV_AWS_8:The launch template encrypts its disks.
  #checkov:skip=CKV_AWS_79:The launch template requires tokens of whoever asks the metadata service.
  #checkov:skip=CKV_AWS_126:On by default; a deployment that wants less says so.
  #checkov:skip=CKV_AWS_135:The launch template is EBS optimized.
  for_each = local.created

  instance_type = coalesce(each.value.instance_type, var.instance_type)
  # The given id: an id from a data source can be unknown in a plan, and an unknown subnet replaces an instance.
  subnet_id               = each.value.subnet_id
  private_ip              = each.value.private_ip
  vpc_security_group_ids  = var.security_group_ids
  iam_instance_profile    = var.instance_profile_name
  disable_api_termination = each.value.termination_protection
  monitoring              = var.detailed_monitoring
  # Decided at the start. Null leaves it to the subnet, which gives no address.
  associate_public_ip_address = each.value.public_address && !each.value.fixed_address ? true : null
  tags = merge(
    local.tags,
    { Name = "${var.name}-${each.key}", build-version = var.build_version },
    # An inventory that finds instances by their tags learns the groups from here.
    length(each.value.groups) == 0 ? {} : { groups = join(" ", sort(each.value.groups)) },
  )

  launch_template {
    id      = aws_launch_template.this["named"].id
    version = aws_launch_template.this["named"].latest_version
  }

  lifecycle {
    # A newer image is for the next instance, not a reason to lose this one; the build's version is the delivery's. An instance that
    # is stopped has no public address, which must not look like another wish.
    ignore_changes = [ami, associate_public_ip_address, user_data, launch_template, tags["build-version"], tags_all["build-version"]]
  }

  depends_on = [data.aws_subnet.this]
}

# An address of its own stays while the instance is stopped.
resource "aws_eip" "this" {
  for_each = { for key, instance in local.created : key => instance if instance.public_address && instance.fixed_address }

  domain   = "vpc"
  instance = aws_instance.this[each.key].id
  tags     = merge(local.tags, { Name = "${var.name}-${each.key}" })
}
