# The machine image, by the same playbook and role as the container image: Apache, PHP and WordPress on Debian 12, without settings.
#   ANSIBLE_ROLES_PATH=../../../ansible/roles packer build -var version=1.4.0 ami.pkr.hcl
# What boots from it writes /etc/wordpress/settings.json (see the role's README) and runs wordpress-install.
variable "version" {
  type        = string
  description = "Version that the image is tagged with."
}

variable "region" {
  type        = string
  default     = "eu-west-1"
  description = "Region of the image."
}

variable "instance_type" {
  type        = string
  default     = "t3.small"
  description = "Instance that it is made on."
}

variable "subnet_filter" {
  type        = map(string)
  default     = { "tag:tier" = "public" }
  description = "Subnet that instance is in, by its tags; one that is reached from here."
}

source "amazon-ebs" "wordpress" {
  region        = var.region
  instance_type = var.instance_type
  ami_name      = "wordpress-${replace(var.version, "/[^A-Za-z0-9.-]/", "-")}"
  ssh_username  = "admin"

  source_ami_filter {
    filters = {
      name                = "debian-12-amd64-*"
      virtualization-type = "hvm"
      root-device-type    = "ebs"
    }
    # Debian's own account.
    owners      = ["136693071363"]
    most_recent = true
  }

  subnet_filter {
    filters   = var.subnet_filter
    most_free = true
    random    = false
  }

  # The disk is encrypted, also of what boots from it.
  encrypt_boot                = true
  associate_public_ip_address = true

  tags = {
    Name        = "wordpress ${var.version}"
    application = "wordpress-ecs"
    version     = var.version
  }
}

build {
  sources = ["source.amazon-ebs.wordpress"]

  provisioner "ansible" {
    playbook_file = "${path.root}/wordpress.yml"
    user          = "admin"
    use_proxy     = false
    extra_arguments = [
      "--extra-vars", "container=false ansible_python_interpreter=/usr/bin/python3",
    ]
    ansible_env_vars = ["ANSIBLE_PIPELINING=true"]
  }
}
