environment = "staging"
registry    = "create"
