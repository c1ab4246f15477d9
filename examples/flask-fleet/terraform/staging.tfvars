# Staging has what both environments share: the network, the registry and the build server.
environment = "staging"
servers     = { web-1 = "a", web-2 = "b" }
registry    = "create"

# Your own addresses: these are for documentation only (RFC 5737).
jenkins = { reached_from = { office = "198.51.100.0/24" } }
