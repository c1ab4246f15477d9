# The container image, made by the playbook that also makes the machine image of ami.pkr.hcl: `node runner build`.
# By hand, in this folder: ANSIBLE_ROLES_PATH=../../../ansible/roles packer build -var repository=… -var tag=… wordpress.pkr.hcl
variable "repository" {
  type        = string
  description = "Repository of the image with its registry, such as 111111111111.dkr.ecr.eu-west-1.amazonaws.com/wordpress."
}

variable "tag" {
  type        = string
  description = "Tag of the image."
}

variable "base" {
  type        = string
  default     = "debian:12-slim"
  description = "Image to begin with: Debian 12, with or without Python."
}

variable "pull" {
  type        = bool
  default     = true
  description = "Whether the base is pulled; not where it is on this machine alone."
}

source "docker" "wordpress" {
  image  = var.base
  pull   = var.pull
  commit = true
  # It waits as long as the playbook takes; what the image starts with is said below.
  run_command = ["-d", "-i", "-t", "--entrypoint=/bin/sh", "--", "{{.Image}}"]
  changes = [
    "USER www-data",
    "WORKDIR /var/lib/wordpress",
    "EXPOSE 8080",
    "ENV LANG=C.UTF-8",
    "ENTRYPOINT [\"wordpress-serve\"]",
    "CMD [\"serve\"]",
  ]
}

build {
  sources = ["source.docker.wordpress"]

  provisioner "shell" {
    inline = ["command -v python3 >/dev/null || { apt-get update && apt-get install -y --no-install-recommends python3; }"]
  }

  provisioner "ansible" {
    playbook_file = "${path.root}/wordpress.yml"
    # Ansible works in the container by the engine, without SSH.
    use_proxy        = false
    user             = "root"
    extra_arguments  = ["--extra-vars", "ansible_connection=docker ansible_host=${build.ID} ansible_python_interpreter=/usr/bin/python3"]
    ansible_env_vars = ["ANSIBLE_PIPELINING=true"]
  }

  post-processors {
    post-processor "docker-tag" {
      repository = var.repository
      tags       = [var.tag]
    }
    post-processor "docker-push" {}
  }
}
