# A server that tests and one that shows the newest state of development.
environment = "staging"
servers = {
  ci  = { groups = ["lamp", "phpmyadmin", "jenkins", "jenkins_agent", "laravel_tests"], instance_type = "t3.medium", disk_gib = 40 }
  dev = { groups = ["lamp", "phpmyadmin", "laravel"] }
}
