mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                  = "shop"
  subnet_id             = "subnet-0000000000000001a"
  security_group_ids    = ["sg-0a1b2c3d4e5f60718"]
  instance_profile_name = "shop-build"
  instance_role_arn     = "arn:aws:iam::111111111111:role/shop-build"
  tags                  = { team = "shop" }
  images = {
    web = {
      steps = {
        "20-app"      = { playbook = { file = "site.yml", s3_url = "https://s3.eu-west-1.amazonaws.com/acme/site.zip", variables = { color = "dark red" } } }
        "10-packages" = { commands = ["apt-get install -y nginx"] }
      }
      tests = { nginx = { commands = ["nginx -t"] } }
    }
    ecs = { os = "ecs-optimised", architecture = "arm64", root_volume = { size = 40 }, steps = { agent = { commands = ["true"] } } }
    old = { ami_id = "ami-0f0e0d0c0b0a09080", parameter_name = "/legacy/image", steps = { one = { commands = ["true"] } } }
  }
}

run "steps_come_in_the_order_of_their_keys" {
  assert {
    condition = jsonencode(jsondecode(aws_ssm_document.this["web"].content).mainSteps[*].name) == jsonencode([
      "find_base_image", "start_instance", "wait_for_agent", "first_boot", "install_ansible", "make_10_packages", "make_20_app", "test_nginx", "clean", "stop_instance", "create_image",
      "wait_for_image", "publish_image", "end_instance"
    ])
    error_message = "The steps are: ${jsonencode(jsondecode(aws_ssm_document.this["web"].content).mainSteps[*].name)}."
  }
  assert {
    condition     = jsondecode(aws_ssm_document.this["web"].content).assumeRole == aws_iam_role.automation["main"].arn && aws_ssm_document.this["web"].document_type == "Automation"
    error_message = "The document is no automation that works with the role."
  }
  # Of an image that is fixed nothing is looked up; without a playbook there is no Ansible.
  assert {
    condition     = jsondecode(aws_ssm_document.this["old"].content).mainSteps[0].name == "start_instance" && jsondecode(aws_ssm_document.this["old"].content).mainSteps[0].inputs.ImageId == "ami-0f0e0d0c0b0a09080" && !strcontains(aws_ssm_document.this["old"].content, "ansible")
    error_message = "An image of one's own is looked up, or Ansible installed for nothing."
  }
}

run "nothing_is_left_running" {
  assert {
    condition = alltrue(flatten([
      for document in aws_ssm_document.this : [
        for step in jsondecode(document.content).mainSteps : step.onFailure == "step:end_instance" && step.onCancel == "step:end_instance" && step.isCritical
        if !contains(["find_base_image", "start_instance", "end_instance"], step.name)
      ]
    ]))
    error_message = "A step that fails or is cancelled leaves the build instance behind, or the build counts as one that succeeded."
  }
  assert {
    condition = alltrue([
      for document in aws_ssm_document.this : [
        for step in jsondecode(document.content).mainSteps : step.isEnd && step.inputs.Api == "TerminateInstances" && jsonencode(step.inputs.InstanceIds) == jsonencode(["{{ start_instance.InstanceId }}"]) if step.name == "end_instance"
      ][0]
    ])
    error_message = "The last step does not end the build instance."
  }
  assert {
    condition = alltrue([
      for document in aws_ssm_document.this : [
        for step in jsondecode(document.content).mainSteps : step.onCancel == "step:end_instance" && step.inputs.InstanceInitiatedShutdownBehavior == "terminate" && strcontains(base64decode(step.inputs.UserData), "shutdown -h +") if step.name == "start_instance"
      ][0]
    ])
    error_message = "An instance that nobody ends does not end itself."
  }
}

run "the_build_instance_is_safe" {
  assert {
    condition = jsonencode([
      for step in jsondecode(aws_ssm_document.this["ecs"].content).mainSteps : [
        step.inputs.MetadataOptions.HttpTokens, step.inputs.BlockDeviceMappings[0], step.inputs.NetworkInterfaces[0], step.inputs.IamInstanceProfile.Name, step.inputs.InstanceType
      ] if step.name == "start_instance"
      ][0]) == jsonencode([
      "required", { DeviceName = "/dev/xvda", Ebs = { DeleteOnTermination = true, Encrypted = true, VolumeSize = 40, VolumeType = "gp3" } },
      { AssociatePublicIpAddress = false, DeleteOnTermination = true, DeviceIndex = 0, Groups = ["sg-0a1b2c3d4e5f60718"], SubnetId = "subnet-0000000000000001a" }, "shop-build", "t4g.small"
    ])
    error_message = "The build instance is not encrypted, private, with tokens and of the image's architecture."
  }
  # Debian has no agent of its own.
  assert {
    condition = strcontains(
      base64decode([for step in jsondecode(aws_ssm_document.this["web"].content).mainSteps : step.inputs.UserData if step.name == "start_instance"][0]), "https://s3.eu-west-1.amazonaws.com/amazon-ssm-eu-west-1/latest/debian_amd64/amazon-ssm-agent.deb"
    )
    error_message = "Systems Manager would wait in vain for a Debian."
  }
}

run "what_runs_is_what_was_said" {
  assert {
    condition = jsonencode([for step in jsondecode(aws_ssm_document.this["web"].content).mainSteps : [step.inputs.DocumentName, step.inputs.Parameters] if step.name == "make_20_app"][0]) == jsonencode([
      "AWS-ApplyAnsiblePlaybooks", {
        ExtraVariables = "color='dark red'", InstallDependencies = "False", PlaybookFile = "site.yml", SourceInfo = "{\"path\":\"https://s3.eu-west-1.amazonaws.com/acme/site.zip\"}", SourceType = "S3", TimeoutSeconds = "3600"
      }
    ])
    error_message = "The playbook does not run as AWS-ApplyAnsiblePlaybooks takes it."
  }
  assert {
    condition     = jsonencode([for step in jsondecode(aws_ssm_document.this["web"].content).mainSteps : step.inputs.Parameters if step.name == "test_nginx"][0]) == jsonencode({ commands = ["set -eu", "nginx -t"], executionTimeout = "900" })
    error_message = "A test that fails does not fail the build."
  }
}

run "images_say_what_they_are" {
  assert {
    condition = jsonencode([for step in jsondecode(aws_ssm_document.this["web"].content).mainSteps : [step.inputs.Name, step.inputs.TagSpecifications] if step.name == "create_image"][0]) == jsonencode([
      "shop-web-{{global:DATE_TIME}}", [
        for kind in ["image", "snapshot"] : {
          ResourceType = kind
          Tags = [
            { Key = "Name", Value = "shop-web" }, { Key = "application", Value = "shop" }, { Key = "image", Value = "web" }, { Key = "image-builder", Value = "shop" }, { Key = "team", Value = "shop" },
            { Key = "base-image", Value = "{{ find_base_image.ImageId }}" }, { Key = "build-time", Value = "{{global:DATE_TIME}}" }
          ]
        }
      ]
    ])
    error_message = "An image or its snapshots do not say of what and when they are."
  }
  assert {
    condition = jsonencode([for step in jsondecode(aws_ssm_document.this["old"].content).mainSteps : step.inputs if step.name == "publish_image"][0]) == jsonencode({
      Api = "PutParameter", DataType = "aws:ec2:image", Name = "/legacy/image", Overwrite = true, Service = "ssm", Type = "String", Value = "{{ create_image.ImageId }}"
    })
    error_message = "The new image does not become the parameter's."
  }
}

run "the_parameter_begins_with_the_base_image_and_is_then_the_automations" {
  assert {
    condition     = data.aws_ssm_parameter.base["ecs"].name == "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id" && keys(data.aws_ssm_parameter.base) == ["ecs", "web"]
    error_message = "Not the newest ECS-optimised image for arm64, or an image that is given is looked up."
  }
  assert {
    condition     = jsonencode(output.image_ids) == jsonencode({ ecs = "ami-0a1b2c3d4e5f60718", old = "ami-0f0e0d0c0b0a09080", web = "ami-0a1b2c3d4e5f60718" })
    error_message = "Before the first build there is no image, or another: ${jsonencode(output.image_ids)}."
  }
  assert {
    condition     = jsonencode([for key in ["old", "web"] : aws_ssm_parameter.this[key].name]) == jsonencode(["/legacy/image", "/shop/images/web"]) && output.parameter_names["web"] == aws_ssm_parameter.this["web"].id
    error_message = "The parameters have other names."
  }
  assert {
    condition     = output.document_names["web"] == "shop-web" && output.document_arns["web"] == "arn:aws:ssm:eu-west-1:111111111111:document/shop-web" && output.role_arn == aws_iam_role.automation["main"].arn
    error_message = "The outputs are not of what was made."
  }
}

run "a_newer_base_image_changes_nothing" {
  command = plan

  override_data {
    target = data.aws_ssm_parameter.base["web"]
    values = { insecure_value = "ami-0ffffffffffffffff" }
  }

  assert {
    condition     = output.image_ids["web"] == "ami-0a1b2c3d4e5f60718"
    error_message = "Terraform takes the parameter back from the automation."
  }
}

run "the_role_does_what_the_steps_do_and_to_nothing_else" {
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.automation["main"].policy).Statement : statement.Resource != ["*"] || alltrue([for action in statement.Action : can(regex(":(Describe|List|Get)", action))])
    ])
    error_message = "Something may be changed everywhere."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.automation["main"].policy).Statement : jsonencode(statement.Condition) == jsonencode({ StringEquals = { "aws:ResourceTag/image-builder" = "shop" } })
      if contains(["EndInstances", "MakeImagesOf"], statement.Sid)
    ])
    error_message = "Instances of others may be ended, or made an image of."
  }
  assert {
    condition = jsonencode({
      for statement in jsondecode(aws_iam_role_policy.automation["main"].policy).Statement : statement.Sid => statement.Resource if contains(["FindBaseImages", "HandOverProfile", "PublishImages", "RunDocuments", "ShareImages", "EncryptDisks"], statement.Sid)
      }) == jsonencode({
      FindBaseImages  = ["arn:aws:ssm:eu-west-1::parameter/aws/service/debian/release/12/latest/amd64", "arn:aws:ssm:eu-west-1::parameter/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"]
      HandOverProfile = ["arn:aws:iam::111111111111:role/shop-build"]
      PublishImages   = [for name in ["shop/images/ecs", "legacy/image", "shop/images/web"] : "arn:aws:ssm:eu-west-1:111111111111:parameter/${name}"]
      RunDocuments    = ["arn:aws:ssm:eu-west-1::document/AWS-RunShellScript", "arn:aws:ssm:eu-west-1::document/AWS-ApplyAnsiblePlaybooks"]
    })
    error_message = "The role may use other things than the steps do: ${aws_iam_role_policy.automation["main"].policy}"
  }
  assert {
    condition     = jsondecode(aws_iam_role.automation["main"].assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "111111111111"
    error_message = "Systems Manager could lend the role to another account."
  }
}

run "nothing_is_built_or_told_unasked" {
  assert {
    condition     = length(aws_cloudwatch_event_rule.schedule) + length(aws_iam_role.schedule) + length(aws_cloudwatch_event_rule.failure) + length(aws_cloudwatch_event_target.failure) == 0
    error_message = "A build starts by itself, or somebody is told though nobody asked."
  }
}

run "one_of_several_goes_alone" {
  command = plan

  variables {
    images = {
      web = {
        steps = {
          "20-app"      = { playbook = { file = "site.yml", s3_url = "https://s3.eu-west-1.amazonaws.com/acme/site.zip", variables = { color = "dark red" } } }
          "10-packages" = { commands = ["apt-get install -y nginx"] }
        }
        tests = { nginx = { commands = ["nginx -t"] } }
      }
      old = { ami_id = "ami-0f0e0d0c0b0a09080", parameter_name = "/legacy/image", steps = { one = { commands = ["true"] } } }
    }
  }

  # changes only: ["ecs"] ["main"]
  assert {
    condition     = keys(output.document_names) == ["old", "web"]
    error_message = "Documents: ${jsonencode(output.document_names)}."
  }
}

run "by_the_clock_shared_and_told_about" {
  variables {
    path                 = "/delivery/"
    permissions_boundary = "arn:aws:iam::111111111111:policy/developers"
    failure_topics       = { operators = "arn:aws:sns:eu-west-1:111111111111:operators" }
    log_group_name       = "/shop/builds"
    images = {
      web = {
        os          = "ubuntu-24.04"
        schedule    = "cron(0 3 ? * MON *)"
        parameter   = "/base/image"
        share_with  = ["222222222222"]
        root_volume = { kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555" }
        steps       = { one = { playbook = { file = "base.yml", github = { owner = "acme", repository = "playbooks" } } } }
      }
    }
  }

  assert {
    condition     = alltrue([for role in concat(values(aws_iam_role.automation), values(aws_iam_role.schedule)) : role.path == "/delivery/" && role.permissions_boundary == "arn:aws:iam::111111111111:policy/developers"])
    error_message = "An account that asks for a boundary refuses a role."
  }
  assert {
    condition     = aws_cloudwatch_event_target.schedule["web"].arn == "arn:aws:ssm:eu-west-1:111111111111:automation-definition/shop-web:$DEFAULT" && aws_cloudwatch_event_target.schedule["web"].role_arn == aws_iam_role.schedule["main"].arn && aws_cloudwatch_event_rule.schedule["web"].schedule_expression == "cron(0 3 ? * MON *)"
    error_message = "The clock does not start the automation."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.schedule["main"].policy).Statement[1].Resource == [aws_iam_role.automation["main"].arn] && jsondecode(aws_iam_role.schedule["main"].assume_role_policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == ["arn:aws:events:eu-west-1:111111111111:rule/shop-web-schedule"]
    error_message = "Events may hand over another role, or other rules take on theirs."
  }
  assert {
    condition     = jsonencode(jsondecode(aws_cloudwatch_event_rule.failure["main"].event_pattern).detail) == jsonencode({ Definition = ["shop-web"], Status = ["Cancelled", "Failed", "TimedOut"] }) && aws_cloudwatch_event_target.failure["operators"].arn == "arn:aws:sns:eu-west-1:111111111111:operators"
    error_message = "A build that fails is told to nobody."
  }
  assert {
    condition = jsonencode([for step in jsondecode(aws_ssm_document.this["web"].content).mainSteps : step.inputs.LaunchPermission if step.name == "share_image"]) == jsonencode([{ Add = [{ UserId = "222222222222" }] }]) && length([
      for statement in jsondecode(aws_iam_role_policy.automation["main"].policy).Statement : statement if contains(["ShareImages", "EncryptDisks", "LendKeysToDisks"], statement.Sid) && try(statement.Condition.StringEquals, null) != null
    ]) == 3
    error_message = "The image is not shared, or with rights that have no condition."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.automation["main"].policy).Statement[0].Resource == ["arn:aws:ssm:eu-west-1:111111111111:parameter/base/image"] && strcontains(aws_ssm_document.this["web"].content, "\"CloudWatchLogGroupName\":\"/shop/builds\"")
    error_message = "A parameter of one's own is not that of the account, or what steps print is not kept."
  }
  assert {
    condition     = strcontains(aws_ssm_document.this["web"].content, jsonencode(jsonencode({ owner = "acme", repository = "playbooks", path = "", getOptions = "branch:main" })))
    error_message = "The playbook is not fetched from GitHub."
  }
}
