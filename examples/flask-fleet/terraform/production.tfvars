environment     = "production"
servers         = { web-1 = "a", web-2 = "b" }
instance_type   = "t3.medium"
registry        = "reuse"
network         = { reuse = "flask-fleet-staging" }
watched_closely = true
