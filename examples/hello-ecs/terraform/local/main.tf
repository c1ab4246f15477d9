# The service of one environment on the local machine: what modules of ECS and load balancers are on AWS. Its first
# task definition serves a placeholder; task definition and count belong to the delivery from then on.

locals {
  cluster = "hello-${var.environment}"
  service = "hello-${var.environment}-web"
}

resource "terraform_data" "service" {
  # A provisioner that runs at destroy may only look at its own resource: all it needs is kept here.
  input = { runner = abspath(var.runner), name = local.service, cluster = local.cluster }
  # A local environment that was taken down and up again is empty: its id makes everything anew.
  triggers_replace = [local.service, local.cluster, var.local_environment.id]

  provisioner "local-exec" {
    command = "node '${self.input.runner}' local create ecs-service '${self.input.name}' cluster='${self.input.cluster}' container=web port=8000 health=/health desired=${var.desired_count}"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "node '${self.input.runner}' local delete ecs-service '${self.input.name}' cluster='${self.input.cluster}'"
  }
}
