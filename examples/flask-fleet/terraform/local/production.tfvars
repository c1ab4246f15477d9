environment = "production"
slots = {
  production-1 = 2
  production-2 = 3
}
