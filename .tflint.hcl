# Rules for all Terraform code here; terraform/README.md says how to run them. A rule that is switched off says why above it.
config {
  # A module is read together with those of this repository that it calls, so that their arguments are checked too.
  call_module_type = "local"
}

plugin "terraform" {
  enabled = true
  preset  = "all"
}
