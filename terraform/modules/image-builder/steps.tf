# The steps of a build. Whatever fails after the instance is there, or is cancelled, goes on with end_instance, which is the last step
# of a build that succeeds too.

locals {
  has_playbooks = { for key, image in local.created : key => anytrue([for step in image.steps : step.playbook != null]) }
  minutes       = { for key, image in local.created : key => sum(concat([90], [for step in image.steps : step.timeout_minutes], [for test in image.tests : test.timeout_minutes])) }

  image_tags = {
    for key in keys(local.created) : key => [
      for tag, value in merge(local.tags, { Name = "${var.name}-${key}", image = key }) : { Key = tag, Value = value }
    ]
  }
  # What is made of the instance says of what and when.
  made_tags = {
    for key, image in local.created : key => concat(local.image_tags[key], [
      { Key = "base-image", Value = image.ami_id != null ? image.ami_id : "{{ find_base_image.ImageId }}" },
      { Key = "build-time", Value = "{{global:DATE_TIME}}" },
    ])
  }

  # Debian's image has no agent of Systems Manager; AWS has its package in every region. And should nobody end the instance, then it
  # ends itself: what it does at a shutdown from within is terminate.
  user_data = {
    for key, image in local.created : key => join("\n", concat(
      ["#!/bin/sh", "shutdown -h +${local.minutes[key]}"],
      image.os != "debian-12" ? [] : [
        "if ! command -v amazon-ssm-agent >/dev/null 2>&1; then",
        "  set -eu",
        "  package=$(mktemp --suffix=.deb)",
        "  python3 -c 'import sys, urllib.request; urllib.request.urlretrieve(*sys.argv[1:])' https://s3.${local.region}.${data.aws_partition.current.dns_suffix}/amazon-ssm-${local.region}/latest/debian_${image.architecture == "arm64" ? "arm64" : "amd64"}/amazon-ssm-agent.deb \"$package\"",
        "  dpkg -i \"$package\"",
        "  rm \"$package\"",
        "fi",
      ],
      [""],
    ))
  }

  # Shell scripts of the module's own. Each line is one of the script that the agent runs with sh.
  first_boot = ["if command -v cloud-init >/dev/null 2>&1; then cloud-init status --wait >/dev/null || true; fi"]
  # The document of AWS would install Ansible too, but not on Debian.
  ansible = [
    "set -eu",
    "command -v ansible-playbook >/dev/null 2>&1 && command -v unzip >/dev/null 2>&1 && exit 0",
    "if command -v apt-get >/dev/null 2>&1; then",
    "  export DEBIAN_FRONTEND=noninteractive",
    "  apt-get -o DPkg::Lock::Timeout=300 update && apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends ansible unzip",
    "else",
    "  dnf install -y ansible unzip",
    "fi",
  ]
  # What must not be the same on two hosts, or belongs to the build; the next first boot makes it anew.
  clean = {
    for key, image in local.created : key => concat(
      ["set -eu"],
      image.os == "ecs-optimised" ? ["systemctl stop ecs || true", "rm -rf /var/lib/ecs/data/*"] : [],
      [
        "if command -v cloud-init >/dev/null 2>&1; then cloud-init clean --logs; fi",
        "rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub",
        ": > /etc/machine-id",
        "sync",
      ],
    )
  }

  # What runs on the instance, in its order: a name, a document of AWS and what it takes.
  runs = {
    for key, image in local.created : key => concat(
      [{ name = "first_boot", document = "AWS-RunShellScript", minutes = 15, parameters = { commands = local.first_boot } }],
      [for _ in local.has_playbooks[key] ? ["main"] : [] : { name = "install_ansible", document = "AWS-RunShellScript", minutes = 15, parameters = { commands = local.ansible } }],
      [
        for name, step in image.steps : {
          name     = "make_${replace(name, "-", "_")}"
          document = step.playbook == null ? "AWS-RunShellScript" : "AWS-ApplyAnsiblePlaybooks"
          minutes  = step.timeout_minutes
          parameters = { for word, value in {
            commands   = step.playbook == null ? concat(["set -eu"], coalesce(step.commands, [])) : null
            SourceType = step.playbook == null ? null : step.playbook.github == null ? "S3" : "GitHub"
            SourceInfo = step.playbook == null ? null : step.playbook.github == null ? jsonencode({ path = step.playbook.s3_url }) : jsonencode({
              owner = step.playbook.github.owner, repository = step.playbook.github.repository, path = step.playbook.github.path, getOptions = step.playbook.github.version
            })
            PlaybookFile        = step.playbook == null ? null : step.playbook.file
            InstallDependencies = step.playbook == null ? null : "False"
            # Without any the document has a default of its own.
            ExtraVariables = step.playbook == null || length(try(step.playbook.variables, {})) == 0 ? null : join(" ", [for variable, text in step.playbook.variables : "${variable}='${text}'"])
          } : word => value if value != null }
        }
      ],
      [for name, test in image.tests : { name = "test_${replace(name, "-", "_")}", document = "AWS-RunShellScript", minutes = test.timeout_minutes, parameters = { commands = concat(["set -eu"], test.commands) } }],
      [{ name = "clean", document = "AWS-RunShellScript", minutes = 15, parameters = { commands = local.clean[key] } }],
    )
  }

  steps = {
    for key, image in local.created : key => concat(
      [
        for _ in image.ami_id == null ? ["main"] : [] : {
          name        = "find_base_image", action = "aws:executeAwsApi", maxAttempts = 3
          inputs      = { Service = "ssm", Api = "GetParameter", Name = local.base_parameters[key] }
          outputs     = [{ Name = "ImageId", Selector = "$.Parameter.Value", Type = "String" }]
          isCritical  = true, onFailure = "Abort"
          description = "The newest image to build upon."
        }
      ],
      # By the API and not as aws:runInstances, which waits before it says which instance it is: so nothing can fail in between.
      [{
        name = "start_instance", action = "aws:executeAwsApi", isCritical = true, onFailure = "Abort", onCancel = "step:end_instance"
        inputs = {
          Service                           = "ec2", Api = "RunInstances", MinCount = 1, MaxCount = 1
          ClientToken                       = "{{automation:EXECUTION_ID}}"
          ImageId                           = image.ami_id != null ? image.ami_id : "{{ find_base_image.ImageId }}"
          InstanceType                      = coalesce(image.instance_type, image.architecture == "arm64" ? "t4g.small" : "t3.small")
          InstanceInitiatedShutdownBehavior = "terminate"
          IamInstanceProfile                = { Name = var.instance_profile_name }
          UserData                          = base64encode(local.user_data[key])
          MetadataOptions                   = { HttpEndpoint = "enabled", HttpTokens = "required", HttpPutResponseHopLimit = 1 }
          NetworkInterfaces = [{
            DeviceIndex = 0, SubnetId = var.subnet_id, Groups = sort(var.security_group_ids), AssociatePublicIpAddress = var.public_address, DeleteOnTermination = true
          }]
          BlockDeviceMappings = [{
            DeviceName = coalesce(image.root_device, local.systems[image.os].root_device)
            Ebs = { for word, value in {
              VolumeType = "gp3", VolumeSize = image.root_volume.size, Encrypted = true, KmsKeyId = image.root_volume.kms_key_arn, DeleteOnTermination = true
            } : word => value if value != null }
          }]
          TagSpecifications = [for kind in ["instance", "volume"] : { ResourceType = kind, Tags = local.image_tags[key] }]
        }
        outputs = [{ Name = "InstanceId", Selector = "$.Instances[0].InstanceId", Type = "String" }]
      }],
      [
        for step in concat(
          [{
            name = "wait_for_agent", action = "aws:waitForAwsResourceProperty", timeoutSeconds = 900
            inputs = {
              Service                       = "ssm", Api = "DescribeInstanceInformation"
              InstanceInformationFilterList = [{ key = "InstanceIds", valueSet = ["{{ start_instance.InstanceId }}"] }]
              PropertySelector              = "$.InstanceInformationList[0].PingStatus", DesiredValues = ["Online"]
            }
          }],
          [
            for run in local.runs[key] : {
              name = run.name, action = "aws:runCommand", timeoutSeconds = run.minutes * 60 + 300
              inputs = { for word, value in {
                DocumentName           = run.document
                InstanceIds            = ["{{ start_instance.InstanceId }}"]
                Parameters             = merge(run.parameters, { (run.document == "AWS-RunShellScript" ? "executionTimeout" : "TimeoutSeconds") = tostring(run.minutes * 60) })
                CloudWatchOutputConfig = var.log_group_name == null ? null : { CloudWatchOutputEnabled = "true", CloudWatchLogGroupName = var.log_group_name }
              } : word => value if value != null }
            }
          ],
          [
            {
              name   = "stop_instance", action = "aws:changeInstanceState", timeoutSeconds = 900
              inputs = { InstanceIds = ["{{ start_instance.InstanceId }}"], DesiredState = "stopped" }
            },
            # By the API and not as aws:createImage, which takes no tags: so image and snapshots bear them from their first second.
            {
              name = "create_image", action = "aws:executeAwsApi"
              inputs = {
                Service           = "ec2", Api = "CreateImage", InstanceId = "{{ start_instance.InstanceId }}", NoReboot = true
                Name              = "${var.name}-${key}-{{global:DATE_TIME}}", Description = "Image ${key} of ${var.name}"
                TagSpecifications = [for kind in ["image", "snapshot"] : { ResourceType = kind, Tags = local.made_tags[key] }]
              }
              outputs = [{ Name = "ImageId", Selector = "$.ImageId", Type = "String" }]
            },
            {
              name = "wait_for_image", action = "aws:waitForAwsResourceProperty", timeoutSeconds = 3600
              # By a filter: an image that is not known everywhere yet is then none, and no error.
              inputs = {
                Service          = "ec2", Api = "DescribeImages", Filters = [{ Name = "image-id", Values = ["{{ create_image.ImageId }}"] }]
                PropertySelector = "$.Images[0].State", DesiredValues = ["available"]
              }
            },
          ],
          [
            for _ in length(image.share_with) > 0 ? ["main"] : [] : {
              name   = "share_image", action = "aws:executeAwsApi", maxAttempts = 3
              inputs = { Service = "ec2", Api = "ModifyImageAttribute", ImageId = "{{ create_image.ImageId }}", LaunchPermission = { Add = [for account in sort(image.share_with) : { UserId = account }] } }
            }
          ],
          [{
            name   = "publish_image", action = "aws:executeAwsApi", maxAttempts = 3
            inputs = { Service = "ssm", Api = "PutParameter", Name = local.parameter_names[key], Value = "{{ create_image.ImageId }}", Type = "String", DataType = "aws:ec2:image", Overwrite = true }
          }],
        ) : merge(step, { isCritical = true, onFailure = "step:end_instance", onCancel = "step:end_instance" })
      ],
      [{
        name   = "end_instance", action = "aws:executeAwsApi", maxAttempts = 3, isCritical = true, isEnd = true
        inputs = { Service = "ec2", Api = "TerminateInstances", InstanceIds = ["{{ start_instance.InstanceId }}"] }
      }],
    )
  }
}
