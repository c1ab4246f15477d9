environment = "staging"
slots = {
  staging-1 = 0
  staging-2 = 1
}
