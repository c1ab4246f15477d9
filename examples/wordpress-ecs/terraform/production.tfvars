environment     = "production"
registry        = "reuse"
network         = { zones = ["a", "b", "c"], nat = "per-zone" }
instances       = { instance_type = "m7i.large", min_size = 3, max_size = 9 }
tasks           = { cpu = 512, memory = 1024, min_count = 3, max_count = 12 }
database        = { instance_class = "db.m7g.large", protected = true }
watched_closely = true

# Put your own domain here: example.org belongs to nobody.
domain = { name = "blog.example.org", zone_name = "example.org", zone_id = "Z0F0E0D0C0B0A0" }
