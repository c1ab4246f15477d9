# A controller in a private subnet, behind a target group of the company's load balancer.
provider "aws" {
  region = "eu-west-1"
}

module "jenkins" {
  source = "../.."

  name                  = "jenkins"
  url                   = "https://jenkins.example.com/"
  subnet_id             = "subnet-0000000000000001a"
  security_group_ids    = ["sg-0a1b2c3d4e5f60718"]
  instance_profile_name = "jenkins-controller"
  key_name              = "operators"
  data_volume           = { size = 100, backup_tags = { backup = "daily" } }
  target_groups         = { main = { arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/jenkins/0a1b2c3d4e5f6071" } }
}

output "hosts" {
  description = "What the runner's inventory reads."
  value       = module.jenkins.hosts
}
