# A web service behind one target group: its own user, a read-only file system with one place to write, settings and secrets, two
# to ten tasks by load and more in the morning.
provider "aws" {
  region = "eu-west-1"
}

module "service" {
  source = "../.."

  name               = "shop"
  cluster_arn        = "arn:aws:ecs:eu-west-1:111111111111:cluster/team"
  vpc_id             = "vpc-0a1b2c3d4e5f60718"
  subnet_ids         = { a = "subnet-0000000000000001a", b = "subnet-0000000000000001b" }
  security_group_ids = ["sg-0a1b2c3d4e5f60718"]
  execution_role_arn = "arn:aws:iam::111111111111:role/shop-execution"
  task_role_arn      = "arn:aws:iam::111111111111:role/shop-task"
  cpu                = 512
  memory             = 1024

  capacity_provider_strategy = {
    steady = { capacity_provider = "FARGATE", base = 1 }
    spare  = { capacity_provider = "FARGATE_SPOT" }
  }
  containers = {
    app = {
      image        = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.0.0"
      user         = "1000:1000"
      ports        = { http = { port = 8080 } }
      environment  = { DATABASE_HOST = "shop.example.internal" }
      secrets      = { DATABASE_PASSWORD = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop-database-a1b2c3:password::" }
      health_check = { command = ["CMD-SHELL", "wget -qO- http://127.0.0.1:8080/health || exit 1"], start_period = 10 }
      mounts       = { temporary = { path = "/tmp" }, uploads = { path = "/srv/uploads" } }
    }
  }
  volumes = {
    temporary = {}
    uploads   = { kind = "efs", file_system_id = "fs-0a1b2c3d4e5f60718", access_point_id = "fsap-0a1b2c3d4e5f60718" }
  }
  load_balancing = {
    strategy       = "rolling"
    container_port = 8080
    health_check   = { path = "/health" }
    rules = {
      main = {
        listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
        priority     = 10
        host_headers = ["shop.example.org"]
      }
    }
  }
  autoscaling = {
    enabled   = true
    targets   = { cpu = 60, requests = 600 }
    schedules = { morning = { schedule = "cron(0 6 ? * MON-FRI *)", timezone = "Europe/Berlin", min_count = 4, max_count = 20 } }
  }
}

output "service_name" {
  description = "What the runner deploys to."
  value       = module.service.service_name
}
