# What stands around the instances of a release on the local machine: what modules of buckets, launch templates and load balancers are on
# AWS. Plan, apply, outputs and destroy are Terraform's own; only the making is handed to the runner.

locals {
  name = "s3-artifact-${var.environment}"
  # Both environments read the one bucket: what is promoted is the very object that ran in staging.
  bucket = "s3-artifact-artifacts"
}

resource "terraform_data" "bucket" {
  for_each = var.environment == "staging" ? { main = local.bucket } : {}

  # A provisioner that runs at destroy may only look at its own resource: all it needs is kept here.
  input = { runner = abspath(var.runner), name = each.value }
  # A local environment that was taken down and up again is empty: its id makes everything anew.
  triggers_replace = [each.value, var.local_environment.id]

  provisioner "local-exec" {
    command = "node '${self.input.runner}' local create bucket '${self.input.name}'"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "node '${self.input.runner}' local delete bucket '${self.input.name}'"
  }
}

resource "terraform_data" "launch_template" {
  input            = { runner = abspath(var.runner), name = local.name }
  triggers_replace = [local.name, var.local_environment.id]

  provisioner "local-exec" {
    command = "node '${self.input.runner}' local create launch-template '${self.input.name}'"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "node '${self.input.runner}' local delete launch-template '${self.input.name}'"
  }
}

# Its target group is empty: `deploy` registers the instances that it finds healthy.
resource "terraform_data" "load_balancer" {
  input = {
    runner   = abspath(var.runner)
    name     = local.name
    settings = "type=instance port=${var.application_port} health=${var.health_path}"
  }
  triggers_replace = [local.name, var.application_port, var.health_path, var.local_environment.id]

  provisioner "local-exec" {
    command = "node '${self.input.runner}' local create load-balancer '${self.input.name}' ${self.input.settings}"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "node '${self.input.runner}' local delete load-balancer '${self.input.name}'"
  }
}
