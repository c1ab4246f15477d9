# One task on each instance of a cluster, which reads the instance's metrics.
provider "aws" {
  region = "eu-west-1"
}

module "service" {
  source = "../.."

  name                = "meter"
  cluster_arn         = "arn:aws:ecs:eu-west-1:111111111111:cluster/team"
  subnet_ids          = { a = "subnet-0000000000000001a", b = "subnet-0000000000000001b" }
  security_group_ids  = ["sg-0a1b2c3d4e5f60718"]
  execution_role_arn  = "arn:aws:iam::111111111111:role/meter-execution"
  launch_type         = "EC2"
  scheduling_strategy = "DAEMON"
  architecture        = "arm64"
  cpu                 = 128
  memory              = 128

  containers = {
    app = {
      image  = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/meter:1.0.0"
      mounts = { proc = { path = "/host/proc", read_only = true } }
    }
  }
  volumes = { proc = { kind = "host", host_path = "/proc" } }
}

output "service_arn" {
  description = "The daemon."
  value       = module.service.service_arn
}
