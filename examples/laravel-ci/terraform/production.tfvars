# The application alone, in the team's network: one line instead of a VPC of its own.
environment     = "production"
network         = { reuse = "laravel-ci-staging" }
servers         = { app = { groups = ["lamp", "laravel"] } }
watched_closely = true
