# Whose rights the steps work with. What is made bears the tag image-builder from its first second, and by that tag alone it is found
# again: AWS chooses the ids.

locals {
  role = local.create ? { main = "${var.name}-image-builder" } : {}

  ec2            = "arn:${local.partition}:ec2:${local.region}:${local.account}"
  images         = "arn:${local.partition}:ec2:${local.region}::image/*"
  snapshots      = "arn:${local.partition}:ec2:${local.region}::snapshot/*"
  own            = { "aws:ResourceTag/image-builder" = var.name }
  kms_key_arns   = sort(distinct([for image in local.created : image.root_volume.kms_key_arn if image.root_volume.kms_key_arn != null]))
  run_documents  = concat(["AWS-RunShellScript"], anytrue(values(local.has_playbooks)) ? ["AWS-ApplyAnsiblePlaybooks"] : [])
  shares         = anytrue([for image in local.created : length(image.share_with) > 0])
  parameter_arns = { for key, name in local.parameter_names : key => "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter/${trimprefix(name, "/")}" }
  # Public parameters belong to no account.
  base_arns = distinct([
    for name in values(local.base_parameters) : "arn:${local.partition}:ssm:${local.region}:${startswith(name, "/aws/service/") ? "" : local.account}:parameter/${trimprefix(name, "/")}"
  ])

  statements = concat(
    [for _ in length(local.base_arns) > 0 ? ["main"] : [] : { Sid = "FindBaseImages", Effect = "Allow", Action = ["ssm:GetParameter"], Resource = sort(local.base_arns) }],
    [
      {
        Sid      = "StartFrom", Effect = "Allow", Action = ["ec2:RunInstances"]
        Resource = concat([local.images, "${local.ec2}:network-interface/*", "${local.ec2}:subnet/${var.subnet_id}"], [for id in sort(var.security_group_ids) : "${local.ec2}:security-group/${id}"])
      },
      {
        Sid       = "StartInstances", Effect = "Allow", Action = ["ec2:RunInstances"], Resource = ["${local.ec2}:instance/*"]
        Condition = { StringEquals = { "aws:RequestTag/image-builder" = var.name, "ec2:MetadataHttpTokens" = "required" } }
      },
      {
        Sid       = "MakeDisks", Effect = "Allow", Action = ["ec2:RunInstances"], Resource = ["${local.ec2}:volume/*"]
        Condition = { StringEquals = { "aws:RequestTag/image-builder" = var.name }, Bool = { "ec2:Encrypted" = "true" } }
      },
      {
        Sid       = "EndInstances", Effect = "Allow", Action = ["ec2:StopInstances", "ec2:TerminateInstances"], Resource = ["${local.ec2}:instance/*"]
        Condition = { StringEquals = local.own }
      },
      {
        Sid       = "MakeImagesOf", Effect = "Allow", Action = ["ec2:CreateImage"], Resource = ["${local.ec2}:instance/*"]
        Condition = { StringEquals = local.own }
      },
      {
        Sid       = "MakeImages", Effect = "Allow", Action = ["ec2:CreateImage"], Resource = [local.images, local.snapshots]
        Condition = { StringEquals = { "aws:RequestTag/image-builder" = var.name } }
      },
      {
        Sid       = "TagWhatIsMade", Effect = "Allow", Action = ["ec2:CreateTags"], Resource = [local.images, "${local.ec2}:instance/*", local.snapshots, "${local.ec2}:volume/*"]
        Condition = { StringEquals = { "ec2:CreateAction" = ["CreateImage", "RunInstances"] } }
      },
      {
        Sid       = "HandOverProfile", Effect = "Allow", Action = ["iam:PassRole"], Resource = [var.instance_role_arn]
        Condition = { StringEquals = { "iam:PassedToService" = "ec2.${data.aws_partition.current.dns_suffix}" } }
      },
      {
        Sid       = "RunOnInstances", Effect = "Allow", Action = ["ssm:SendCommand"], Resource = ["${local.ec2}:instance/*"]
        Condition = { StringEquals = { "ssm:resourceTag/image-builder" = var.name } }
      },
      {
        Sid = "RunDocuments", Effect = "Allow", Action = ["ssm:SendCommand"], Resource = [for document in local.run_documents : "arn:${local.partition}:ssm:${local.region}::document/${document}"]
      },
      { Sid = "PublishImages", Effect = "Allow", Action = ["ssm:PutParameter"], Resource = values(local.parameter_arns) },
      # AWS offers no resource level for these; they only look.
      {
        Sid    = "Look", Effect = "Allow", Resource = ["*"]
        Action = ["ec2:DescribeImages", "ec2:DescribeInstanceStatus", "ec2:DescribeInstances", "ssm:DescribeInstanceInformation", "ssm:GetCommandInvocation", "ssm:ListCommandInvocations", "ssm:ListCommands"]
      },
    ],
    [
      for _ in local.shares ? ["main"] : [] : {
        Sid       = "ShareImages", Effect = "Allow", Action = ["ec2:ModifyImageAttribute"], Resource = [local.images]
        Condition = { StringEquals = local.own }
      }
    ],
    [
      for _ in length(local.kms_key_arns) > 0 ? ["main"] : [] : {
        Sid       = "EncryptDisks", Effect = "Allow", Action = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"], Resource = local.kms_key_arns
        Condition = { StringEquals = { "kms:ViaService" = "ec2.${local.region}.${data.aws_partition.current.dns_suffix}" } }
      }
    ],
    [
      for _ in length(local.kms_key_arns) > 0 ? ["main"] : [] : {
        Sid       = "LendKeysToDisks", Effect = "Allow", Action = ["kms:CreateGrant"], Resource = local.kms_key_arns
        Condition = { StringEquals = { "kms:ViaService" = "ec2.${local.region}.${data.aws_partition.current.dns_suffix}" }, Bool = { "kms:GrantIsForAWSResource" = "true" } }
      }
    ],
  )
}

resource "aws_iam_role" "automation" {
  for_each = local.role

  name                 = each.value
  path                 = var.path
  permissions_boundary = var.permissions_boundary
  description          = "Builds the images of ${var.name}"
  tags                 = var.tags

  # Only for automations of this account: without it Systems Manager could be talked into lending the role to another's.
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ssm.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ssm:${local.region}:${local.account}:automation-execution/*" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "automation" {
  for_each = local.role

  name   = "build-images"
  role   = aws_iam_role.automation[each.key].name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements })
}
