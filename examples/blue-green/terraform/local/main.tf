# The deployment on the local machine: what the AWS root has, with one difference. The local environment has no strategies of
# ECS, so there are two services, and the runner moves the rule between them (`strategy: switch`).

locals {
  name = "blue-green-${var.environment}"
  # What was made, with names that only the local environment knows: known as soon as the resource is there.
  database = jsondecode(file(terraform_data.database.output.made)).data
  service  = jsondecode(file(terraform_data.service.output.made)).data
}

resource "terraform_data" "database" {
  # A provisioner that runs at destroy may only look at its own resource: all it needs is kept here.
  input = { runner = abspath(var.runner), name = local.name, made = "${abspath(path.root)}/.terraform/${local.name}-database.json" }
  # A local environment that was taken down and up again is empty: its id makes everything anew.
  triggers_replace = [local.name, var.local_environment.id]

  provisioner "local-exec" {
    command = "node '${self.input.runner}' local create postgres '${self.input.name}' --result '${self.input.made}'"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "node '${self.input.runner}' local delete postgres '${self.input.name}'"
  }
}

resource "terraform_data" "service" {
  input            = { runner = abspath(var.runner), name = local.name, made = "${abspath(path.root)}/.terraform/${local.name}-service.json" }
  triggers_replace = [local.name, terraform_data.database.id, var.local_environment.id]

  provisioner "local-exec" {
    command = join(" ", [
      "node '${self.input.runner}' local create ecs-colours '${self.input.name}' --result '${self.input.made}'",
      "cluster='${self.input.name}' container=app port=${var.container_port} health='${var.health_path}' desired=${var.desired_count}",
      "environment='DATABASE_HOST=${local.database.address},DATABASE_NAME=${local.database.database}'",
      "secrets='DATABASE_USER=${local.database.secretArn}:username::,DATABASE_PASSWORD=${local.database.secretArn}:password::'",
    ])
  }

  provisioner "local-exec" {
    when    = destroy
    command = "node '${self.input.runner}' local delete ecs-colours '${self.input.name}' cluster='${self.input.name}'"
  }
}
