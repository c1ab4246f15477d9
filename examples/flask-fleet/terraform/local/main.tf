# The fleet of one environment on the local machine: what modules of EC2 instances and load balancers are on AWS.
# Plan, apply, outputs and destroy are Terraform's own; only the making is handed to the runner.

locals {
  load_balancer = "flask-${var.environment}"
  build_server  = { for slot in var.build_server_slot[*] : "flask-${var.environment}-jenkins" => slot }
  hosts = {
    for name, slot in merge(var.slots, local.build_server) : name => {
      slot            = slot
      private_address = "${var.local_environment.network_prefix}.${10 + slot}"
      ssh_port        = var.local_environment.host_ports + 2 * slot
      published_port  = var.local_environment.host_ports + 2 * slot + 1
    }
  }
}

resource "terraform_data" "host" {
  for_each = local.hosts

  # A provisioner that runs at destroy may only look at its own resource: all it needs is kept here.
  input = { runner = abspath(var.runner), name = each.key, slot = each.value.slot }
  # A local environment that was taken down and up again is empty: its id makes everything anew.
  triggers_replace = [each.value, var.local_environment.id]

  provisioner "local-exec" {
    command = "node '${self.input.runner}' local create host '${self.input.name}' slot=${self.input.slot}"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "node '${self.input.runner}' local delete host '${self.input.name}'"
  }
}

resource "terraform_data" "load_balancer" {
  input = {
    runner  = abspath(var.runner)
    name    = local.load_balancer
    targets = join(",", [for name, host in local.hosts : "${host.private_address}:80" if !contains(keys(local.build_server), name)])
  }
  triggers_replace = [local.load_balancer, local.hosts, var.local_environment.id]

  provisioner "local-exec" {
    command = "node '${self.input.runner}' local create load-balancer '${self.input.name}' port=80 health=/health targets=${self.input.targets}"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "node '${self.input.runner}' local delete load-balancer '${self.input.name}'"
  }

  depends_on = [terraform_data.host]
}
