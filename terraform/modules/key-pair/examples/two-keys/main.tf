# The keys of a person and of the build server. The owners of the private keys put the .pub files beside this file: `file("ops.pub")`.
provider "aws" {
  region = "eu-west-1"
}

module "key_pair" {
  source = "../.."

  name = "shop"
  keys = {
    ops     = { public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPu4Ec8q757cJL1aQyleQ3c9znAob0xb826tdX3+/Asb ops@example.com" }
    jenkins = { public_key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDO1/9lrfF14KrZbdlUjBVuJLi+PkBblORMSlbXBAHccHGQdpKSvl8J9eCk7Gw8VW9s9cG3FH/mdVf44+twbvbDitWK7H9qrTrqk5oT15y68cqBYPjEnuCV7eiSRFYwB+orIaEDLWury2Ugm+lghWG9SNot/TO9Z9otZ1eZ6B7SVFdKBqDwp7RNyJ5CI8ejWeBVCUL6SYkQjClKzwMB3reOQ52Iaaij3NfAlLg3Zhhyf2ipYCvSPKZ1r4x9GR3kcJ8S08nSsCahrB0UelkmYx/bXveU8TYIgQW49esMKd7dY4/LRR4knn+nlaDViyqERvJlvoejIHEB2quhdTim1Cs/ jenkins@example.com" }
  }
}

output "key_names" {
  description = "What instances name."
  value       = module.key_pair.key_names
}
