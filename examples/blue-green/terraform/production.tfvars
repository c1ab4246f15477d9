environment     = "production"
registry        = "reuse"
network         = { zones = ["a", "b", "c"], nat = "per-zone" }
size            = { cpu = 512, memory = 1024, min_count = 3, max_count = 12 }
database        = { instance_class = "db.m7g.large", protected = true }
watched_closely = true
