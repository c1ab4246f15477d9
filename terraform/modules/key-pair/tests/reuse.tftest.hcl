mock_provider "aws" {
  source = "../../mocks"
}

variables {
  mode     = "reuse"
  name     = "shop"
  keys     = { ops = { public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPu4Ec8q757cJL1aQyleQ3c9znAob0xb826tdX3+/Asb ops@example.com" }, jenkins = {} }
  existing = { ops = "ops", jenkins = "build server" }
}

run "nothing_is_made_and_outputs_are_those_of_create" {
  override_data {
    target = data.aws_key_pair.this["ops"]
    values = { id = "key-0a1b2c3d4e5f60718", public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPu4Ec8q757cJL1aQyleQ3c9znAob0xb826tdX3+/Asb ops" }
  }

  assert {
    condition     = length(aws_key_pair.this) == 0
    error_message = "A key is given to EC2 though it has one."
  }
  assert {
    condition     = jsonencode(output.key_names) == jsonencode({ jenkins = "build server", ops = "ops" }) && output.key_pair_ids["ops"] == "key-0a1b2c3d4e5f60718"
    error_message = "The key pairs are not those that were given."
  }
  assert {
    condition     = output.key_pair_arns["jenkins"] == data.aws_key_pair.this["jenkins"].arn && output.fingerprints["jenkins"] == data.aws_key_pair.this["jenkins"].fingerprint
    error_message = "The outputs are not of the existing key pairs."
  }
}

run "another_key_under_the_name_is_refused" {
  command = plan

  override_data {
    target = data.aws_key_pair.this["ops"]
    values = { public_key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDO1/9lrfF14KrZbdlUjBVuJLi+PkBblORMSlbXBAHccHGQdpKSvl8J9eCk7Gw8VW9s9cG3FH/mdVf44+twbvbDitWK7H9qrTrqk5oT15y68cqBYPjEnuCV7eiSRFYwB+orIaEDLWury2Ugm+lghWG9SNot/TO9Z9otZ1eZ6B7SVFdKBqDwp7RNyJ5CI8ejWeBVCUL6SYkQjClKzwMB3reOQ52Iaaij3NfAlLg3Zhhyf2ipYCvSPKZ1r4x9GR3kcJ8S08nSsCahrB0UelkmYx/bXveU8TYIgQW49esMKd7dY4/LRR4knn+nlaDViyqERvJlvoejIHEB2quhdTim1Cs/ ops@example.com" }
  }

  expect_failures = [data.aws_key_pair.this["ops"]]
}
