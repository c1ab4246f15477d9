// Run by `php -r` in a container that WordPress waits for: ends well as soon as the database answers, with 1 after two minutes.
mysqli_report(MYSQLI_REPORT_OFF);
for ($attempt = 1; $attempt <= 60; $attempt++) {
  $database = mysqli_init();
  if (@$database->real_connect(getenv('WORDPRESS_DB_HOST'), getenv('WORDPRESS_DB_USER'), getenv('WORDPRESS_DB_PASSWORD'),
    getenv('WORDPRESS_DB_NAME'), null, null, MYSQLI_CLIENT_SSL)) {
    exit(0);
  }
  fwrite(STDERR, "attempt $attempt: " . mysqli_connect_error() . "\n");
  sleep(2);
}
exit(1);
