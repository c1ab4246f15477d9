# A team's topic, and a deployment whose alarms go to it.
provider "aws" {
  region = "eu-west-1"
}

module "team" {
  source = "../.."

  name          = "team"
  dashboard     = false
  publishers    = ["events.amazonaws.com"]
  subscriptions = { pager = { protocol = "https", endpoint = "https://pager.example.org/hook" } }
}

module "monitoring" {
  source = "../.."

  name       = "shop"
  topic_mode = "reuse"
  existing   = { topic = { arn = "arn:aws:sns:eu-west-1:111111111111:found" } }
  kms        = { make_key = false, key_arn = module.team.kms_key_arn }
  instances  = { web = { instance_id = "i-0123456789abcdef0" } }
}

output "alarm_arns" {
  description = "What the team hears of, by key."
  value       = module.monitoring.alarm_arns
}
