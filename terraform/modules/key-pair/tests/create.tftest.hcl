mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "shop"
  tags = { application = "shop" }
  keys = {
    ops     = { public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPu4Ec8q757cJL1aQyleQ3c9znAob0xb826tdX3+/Asb ops@example.com\n" }
    jenkins = { public_key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDO1/9lrfF14KrZbdlUjBVuJLi+PkBblORMSlbXBAHccHGQdpKSvl8J9eCk7Gw8VW9s9cG3FH/mdVf44+twbvbDitWK7H9qrTrqk5oT15y68cqBYPjEnuCV7eiSRFYwB+orIaEDLWury2Ugm+lghWG9SNot/TO9Z9otZ1eZ6B7SVFdKBqDwp7RNyJ5CI8ejWeBVCUL6SYkQjClKzwMB3reOQ52Iaaij3NfAlLg3Zhhyf2ipYCvSPKZ1r4x9GR3kcJ8S08nSsCahrB0UelkmYx/bXveU8TYIgQW49esMKd7dY4/LRR4knn+nlaDViyqERvJlvoejIHEB2quhdTim1Cs/", name = "build server" }
  }
}

run "keys_have_a_name" {
  command = plan

  assert {
    condition = jsonencode({ for key, pair in aws_key_pair.this : key => [pair.key_name, pair.public_key] }) == jsonencode({
      jenkins = ["build server", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDO1/9lrfF14KrZbdlUjBVuJLi+PkBblORMSlbXBAHccHGQdpKSvl8J9eCk7Gw8VW9s9cG3FH/mdVf44+twbvbDitWK7H9qrTrqk5oT15y68cqBYPjEnuCV7eiSRFYwB+orIaEDLWury2Ugm+lghWG9SNot/TO9Z9otZ1eZ6B7SVFdKBqDwp7RNyJ5CI8ejWeBVCUL6SYkQjClKzwMB3reOQ52Iaaij3NfAlLg3Zhhyf2ipYCvSPKZ1r4x9GR3kcJ8S08nSsCahrB0UelkmYx/bXveU8TYIgQW49esMKd7dY4/LRR4knn+nlaDViyqERvJlvoejIHEB2quhdTim1Cs/"]
      ops     = ["shop-ops-fc873ae3", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPu4Ec8q757cJL1aQyleQ3c9znAob0xb826tdX3+/Asb"]
    })
    error_message = "A key pair has another name or another key than was said."
  }
  assert {
    condition     = aws_key_pair.this["ops"].tags == tomap({ Name = "shop-ops-fc873ae3", application = "shop" }) && length(data.aws_key_pair.this) == 0
    error_message = "A key pair lacks its tags, or is looked up though it is made."
  }
}

run "outputs_are_by_key" {
  assert {
    condition     = output.key_names == { jenkins = "build server", ops = "shop-ops-fc873ae3" }
    error_message = "The names are not by key."
  }
  assert {
    condition = (
      output.key_pair_ids["ops"] == aws_key_pair.this["ops"].key_pair_id && output.key_pair_arns["ops"] == aws_key_pair.this["ops"].arn &&
      output.fingerprints["jenkins"] == aws_key_pair.this["jenkins"].fingerprint
    )
    error_message = "The outputs are not of the key pairs."
  }
}

run "another_key_has_another_name" {
  command = plan

  variables {
    keys = { ops = { public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIzHq/NqIbk5F4fncBvAy8LPU5W4r9RhXnj1kK+QCXpN" } }
  }

  assert {
    condition     = startswith(aws_key_pair.this["ops"].key_name, "shop-ops-") && aws_key_pair.this["ops"].key_name != "shop-ops-fc873ae3"
    error_message = "A changed key could not be made before the old one goes: ${aws_key_pair.this["ops"].key_name}."
  }
}

# Without jenkins, and with another comment behind the other.
run "the_plan_without_one_key" {
  command = plan

  variables {
    keys = { ops = { public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPu4Ec8q757cJL1aQyleQ3c9znAob0xb826tdX3+/Asb new@example.com" } }
  }

  # changes only: ["jenkins"]
  assert {
    condition     = keys(aws_key_pair.this) == ["ops"]
    error_message = "More, or less, than one key goes."
  }
}
