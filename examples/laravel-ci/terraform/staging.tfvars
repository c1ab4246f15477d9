# A server that tests and one that shows the newest state of development.
environment = "staging"
servers = {
  ci  = { groups = ["lamp", "phpmyadmin", "jenkins"], instance_type = "t3.medium", disk_gib = 40 }
  dev = { groups = ["lamp", "laravel"] }
}
