# The artifacts that ran in staging, on instances in a network of their own.
environment     = "production"
artifacts       = "reuse"
network         = { zones = ["a", "b", "c"], nat = "per-zone" }
instance_type   = "t3.medium"
watched_closely = true
