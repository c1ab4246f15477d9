# A web service on ECS with its load balancer and database: who gets alarms, what is counted in its logs, and the daemons on every host.
provider "aws" {
  region = "eu-west-1"
}

module "monitoring" {
  source = "../.."

  name          = "blog"
  subscriptions = { team = { protocol = "email", endpoint = "team@example.org" } }

  load_balancers = { blog = { arn_suffix = "app/blog/0123456789abcdef", latency_seconds = 1 } }
  target_groups = {
    blue = { arn_suffix = "targetgroup/blog-blue/0123456789abcdef", load_balancer_arn_suffix = "app/blog/0123456789abcdef" }
  }
  services  = { blog = { cluster_name = "blog", service_name = "blog", running_min = 2 } }
  databases = { blog = { instance_id = "blog", free_gib = 10, connections = 100 } }

  log_groups     = { audit = { retention_days = 365 } }
  metric_filters = { logins = { log_group = "audit", pattern = "\"login failed\"", metric = "FailedLogins" } }
  alarms = {
    logins = { text = "Somebody guesses passwords", namespace = "blog", metric = "FailedLogins", threshold = 50, missing = "notBreaching" }
  }
  composites = {
    down = { text = "The blog is down", alarms = ["service/blog/running", "load-balancer/blog/own-errors"] }
  }

  cadvisor = {
    enabled            = true
    cluster_arn        = "arn:aws:ecs:eu-west-1:111111111111:cluster/blog"
    execution_role_arn = "arn:aws:iam::111111111111:role/blog-execution"
  }
  fluent_bit = {
    enabled            = true
    cluster_arn        = "arn:aws:ecs:eu-west-1:111111111111:cluster/blog"
    execution_role_arn = "arn:aws:iam::111111111111:role/blog-execution"
    task_role_arn      = "arn:aws:iam::111111111111:role/blog-ship-logs"
  }
  tags = { application = "blog" }
}

output "dashboard_name" {
  description = "The page to look at."
  value       = module.monitoring.dashboard_name
}
