# The deployment on the local machine: a database, shared files, secrets and a service, as the AWS root has them.

locals {
  name = "wordpress-${var.environment}"
  # What was made, with names that only the local environment knows: known as soon as the resource is there.
  database = jsondecode(file(terraform_data.database.output.made)).data
  secret   = jsondecode(file(terraform_data.secret.output.made)).data
  service  = jsondecode(file(terraform_data.service.output.made)).data
  made     = "${abspath(path.root)}/.terraform/${local.name}"
  url      = "${var.local_environment.emulator}/_alb/${local.name}"
}

resource "terraform_data" "database" {
  # A provisioner that runs at destroy may only look at its own resource: all it needs is kept here.
  input = { runner = abspath(var.runner), name = local.name, made = "${local.made}-database.json" }
  # A local environment that was taken down and up again is empty: its id makes everything anew.
  triggers_replace = [local.name, var.local_environment.id]

  provisioner "local-exec" {
    command = "node '${self.input.runner}' local create mariadb '${self.input.name}' --result '${self.input.made}'"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "node '${self.input.runner}' local delete mariadb '${self.input.name}'"
  }
}

# What editors upload, seen by every task.
resource "terraform_data" "files" {
  input            = { runner = abspath(var.runner), name = local.name }
  triggers_replace = [local.name, var.local_environment.id]

  provisioner "local-exec" {
    # The user that the image's web server is.
    command = "node '${self.input.runner}' local create shared-files '${self.input.name}' uid=33 gid=33"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "node '${self.input.runner}' local delete shared-files '${self.input.name}'"
  }
}

# Made once: what WordPress signs its cookies with, and the password of its first administrator.
resource "terraform_data" "secret" {
  input            = { runner = abspath(var.runner), name = local.name, made = "${local.made}-secret.json" }
  triggers_replace = [local.name, var.local_environment.id]

  provisioner "local-exec" {
    command = "node '${self.input.runner}' local create secret '${self.input.name}' fields=secret,admin_password --result '${self.input.made}'"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "node '${self.input.runner}' local delete secret '${self.input.name}'"
  }
}

resource "terraform_data" "service" {
  input            = { runner = abspath(var.runner), name = local.name, made = "${local.made}-service.json" }
  triggers_replace = [terraform_data.database.id, terraform_data.files.id, terraform_data.secret.id, var.local_environment.id]

  provisioner "local-exec" {
    command = join(" ", [
      "node '${self.input.runner}' local create ecs-service '${self.input.name}' --result '${self.input.made}'",
      "cluster='${self.input.name}' container=wordpress port=8080 health='${var.health_path}' desired=${var.desired_count}",
      "mounts='${self.input.name}=/var/lib/wordpress/wp-content/uploads'",
      "environment='${join(",", [for name, value in local.settings : "${name}=${value}"])}'",
      "secrets='${join(",", [for name, value in local.secrets : "${name}=${value}"])}'",
    ])
  }

  provisioner "local-exec" {
    when    = destroy
    command = "node '${self.input.runner}' local delete ecs-service '${self.input.name}' cluster='${self.input.name}'"
  }
}

locals {
  settings = {
    WORDPRESS_DB_HOST     = local.database.address
    WORDPRESS_DB_NAME     = local.database.database
    WORDPRESS_DB_WAIT     = 5
    WORDPRESS_URL         = local.url
    WORDPRESS_TITLE       = var.title
    WORDPRESS_ADMIN_USER  = var.admin.user
    WORDPRESS_ADMIN_EMAIL = var.admin.email
  }
  secrets = {
    WORDPRESS_DB_USER        = "${local.database.secretArn}:username::"
    WORDPRESS_DB_PASSWORD    = "${local.database.secretArn}:password::"
    WORDPRESS_SECRET         = "${local.secret.secretArn}:secret::"
    WORDPRESS_ADMIN_PASSWORD = "${local.secret.secretArn}:admin_password::"
  }
}
