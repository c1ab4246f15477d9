environment = "staging"
artifacts   = "create"
