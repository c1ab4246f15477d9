mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "shop"
  keys = {
    ops     = { public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPu4Ec8q757cJL1aQyleQ3c9znAob0xb826tdX3+/Asb" }
    jenkins = { public_key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDO1/9lrfF14KrZbdlUjBVuJLi+PkBblORMSlbXBAHccHGQdpKSvl8J9eCk7Gw8VW9s9cG3FH/mdVf44+twbvbDitWK7H9qrTrqk5oT15y68cqBYPjEnuCV7eiSRFYwB+orIaEDLWury2Ugm+lghWG9SNot/TO9Z9otZ1eZ6B7SVFdKBqDwp7RNyJ5CI8ejWeBVCUL6SYkQjClKzwMB3reOQ52Iaaij3NfAlLg3Zhhyf2ipYCvSPKZ1r4x9GR3kcJ8S08nSsCahrB0UelkmYx/bXveU8TYIgQW49esMKd7dY4/LRR4knn+nlaDViyqERvJlvoejIHEB2quhdTim1Cs/" }
  }
}

run "unknown_mode" {
  command = plan
  variables {
    mode = "adopt"
  }
  # says: mode is create or reuse, not adopt
  expect_failures = [var.mode]
}

run "missing_key" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { ops = "ops", jenkins = "" }
  }
  # says: existing lacks: jenkins
  expect_failures = [var.existing]
}

run "surplus_key" {
  command = plan
  variables {
    mode     = "reuse"
    existing = { ops = "ops", jenkins = "jenkins", opps = "opps" }
  }
  # says: mode is reuse and existing has unused keys: opps
  expect_failures = [var.existing]
}

run "existing_without_reuse" {
  command = plan
  variables {
    existing = { ops = "ops" }
  }
  # says: mode is create and existing has unused keys: ops
  expect_failures = [var.existing]
}

run "bad_name" {
  command = plan
  variables {
    name = "Shop"
  }
  # says: not Shop
  expect_failures = [var.name]
}

run "no_key" {
  command = plan
  variables {
    keys = {}
  }
  # says: keys names at least one key pair
  expect_failures = [var.keys]
}

run "a_private_key" {
  command = plan
  variables {
    keys = { ops = { public_key = "-----BEGIN OPENSSH PRIVATE KEY-----\nnone\n-----END OPENSSH PRIVATE KEY-----\n" } }
  }
  # says: A private key was given: use the line of the .pub file
  expect_failures = [var.keys]
}

run "a_private_key_of_putty" {
  command = plan
  variables {
    keys = { ops = { public_key = "PuTTY-User-Key-File-3: ssh-ed25519" } }
  }
  # says: if the private key was stored anywhere: ops
  expect_failures = [var.keys]
}

run "keys_that_are_none" {
  command = plan
  variables {
    keys = {
      none  = {}
      weak  = { public_key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDTSZm3rxzH1bl2L4dWCFwY+dX6nZU1hfdOgSnXIz0iDUZNZh3CaU5gpnUuvYH2euzYOyA4Q7z5Ioz3wnwuNzJyCsbEFkFoUigtwOF/53J3epYCGuPJub9P3H4v0cas4vnpTht1DQ6RXyGQ3IaWP/I70XVEwv8vA/UQu01bTwA5EQ==" }
      dsa   = { public_key = "ssh-dss AAAAB3NzaC1kc3MAAACBAK" }
      lines = { public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPu4Ec8q757cJL1aQyleQ3c9znAob0xb826tdX3+/Asb\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPu4Ec8q757cJL1aQyleQ3c9znAob0xb826tdX3+/Asb" }
      good  = { public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPu4Ec8q757cJL1aQyleQ3c9znAob0xb826tdX3+/Asb" }
    }
  }
  # says: public_key is one line, ssh-ed25519 or ssh-rsa of 2048 bits or more; not so: dsa, lines, none, weak.
  expect_failures = [var.keys]
}

run "two_pairs_of_one_name" {
  command = plan
  variables {
    keys = { a = { public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPu4Ec8q757cJL1aQyleQ3c9znAob0xb826tdX3+/Asb", name = "x" }, b = { public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPu4Ec8q757cJL1aQyleQ3c9znAob0xb826tdX3+/Asb", name = "x" } }
  }
  # says: Two key pairs have the same name: x, x
  expect_failures = [var.keys]
}
