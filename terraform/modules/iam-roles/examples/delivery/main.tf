# The roles of one deployment: Terraform plans and applies with roles of its own, a Jenkins agent builds with its instance profile and
# assumes the deploy role for a delivery, and the tasks get only the permissions that they need.
provider "aws" {
  region = "eu-west-1"
}

variable "agent_role_arn" {
  description = "Role of the Jenkins agents."
  type        = string
  default     = "arn:aws:iam::111111111111:role/jenkins-build"
}

locals {
  cluster = "arn:aws:ecs:eu-west-1:111111111111:cluster/shop"
  images  = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/web"]
  state   = ["arn:aws:s3:::acme-state/env:/production/shop.tfstate"]
}

module "runtime" {
  source = "../.."

  name = "shop"
  roles = {
    task      = { kind = "task", trust = { by = "ecs-tasks" }, may = { read_objects = ["arn:aws:s3:::shop-media/public/*"] } }
    execution = { kind = "task-execution", trust = { by = "ecs-tasks" }, may = { repositories = local.images, log_groups = ["arn:aws:logs:eu-west-1:111111111111:log-group:/shop/web"] } }
  }
}

module "delivery" {
  source = "../.."

  name = "shop"
  roles = {
    plan = {
      kind = "plan"
      trust = {
        by           = "oidc"
        provider_arn = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
        subjects     = ["repo:acme/shop:*"]
      }
      may = { areas = ["network", "containers", "registry"], state = local.state }
    }
    apply = {
      kind  = "apply"
      trust = { by = "principals", principals = [var.agent_role_arn] }
      may   = { areas = ["network", "containers", "registry"], state = local.state }
    }
    deploy = {
      kind  = "deploy"
      trust = { by = "principals", principals = [var.agent_role_arn] }
      may = {
        clusters         = [local.cluster]
        services         = ["arn:aws:ecs:eu-west-1:111111111111:service/shop/web"]
        task_definitions = ["arn:aws:ecs:eu-west-1:111111111111:task-definition/shop-web"]
        repositories     = local.images
        pass_roles       = values(module.runtime.role_arns)
        state            = local.state
      }
    }
  }
}

output "role_arns" {
  description = "What the pipelines become."
  value       = module.delivery.role_arns
}
