# The secrets of an application. A person enters the values once, after the first apply.
provider "aws" {
  region = "eu-west-1"
}

resource "aws_iam_role" "tasks" {
  name_prefix = "shop-tasks-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

module "secrets" {
  source = "../.."

  name = "shop/production"
  secrets = {
    payment-token = { description = "Token of the payment provider" }
    session-key   = { description = "Signs sessions", readers = [aws_iam_role.tasks.arn] }
  }
}

output "secret_arns" {
  description = "What the task definition names."
  value       = module.secrets.secret_arns
}
