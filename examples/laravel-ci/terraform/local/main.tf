# The servers on the local machine: EC2 instances of the local environment, with the tags that the AWS root gives its own.
# The inventory finds them by these, as on AWS.

locals {
  name = "laravel-ci-${var.environment}"
  # What was made, with addresses that only the local environment knows: known as soon as the resource is there.
  servers = { for key, server in terraform_data.server : key => jsondecode(file(server.output.made)).data }
}

resource "terraform_data" "server" {
  for_each = var.servers

  # A provisioner that runs at destroy may only look at its own resource: all it needs is kept here.
  input = {
    runner = abspath(var.runner)
    name   = "${local.name}-${each.key}"
    tags   = "application=laravel-ci,environment=${var.environment},groups=${join(" ", sort(each.value))}"
    made   = "${abspath(path.root)}/.terraform/${local.name}-${each.key}.json"
  }
  # A local environment that was taken down and up again is empty: its id makes everything anew.
  triggers_replace = [each.key, each.value, var.environment, var.local_environment.id]

  provisioner "local-exec" {
    command = "node '${self.input.runner}' local create instance '${self.input.name}' tags='${self.input.tags}' --result '${self.input.made}'"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "node '${self.input.runner}' local delete instance '${self.input.name}'"
  }
}
