# shellcheck shell=bash
# Sourced by demo.sh: WordPress on a service of ECS, from an empty machine to releases that were taken back.

plugin=image/content/mu-plugins/release.php

# What the front page says: its title, its articles, and which release made it.
site() { ask "$url" | grep -oE '<title>[^<]*|<a href="[^"]*" target="_self"[^>]*>[^<]*|Release [^<]*' | sed -E 's/<title>/title: /; s/<a [^>]*>/article: /'; }

# What the health page says, with its status.
health() { ask --write-out 'HTTP %{http_code}\n' "${url}health"; }

# The password that was made for the first administrator: never on a command line, never printed.
password() {
  local name=$1
  curl --silent --max-time 10 --header 'X-Amz-Target: secretsmanager.GetSecretValue' \
    --header 'Content-Type: application/x-amz-json-1.1' --data "{\"SecretId\":\"$name\"}" "$AWS_ENDPOINT_URL/" |
    sed -E 's/.*admin_password\\": ?\\"([0-9a-f]+).*/\1/'
}

# How the emulator of this local environment labels its containers.
local_label() {
  local instance=${AUTOMATION_STACK_LOCAL_INSTANCE:-0}
  [[ $instance == 0 ]] && instance='' || instance=-$instance
  echo "automation-stack-local$instance:${AUTOMATION_STACK_REGISTRY##*:}"
}

# Asks each task for a path, past the load balancer.
each_task() {
  local id
  # Other local environments may have tasks of the same name.
  for id in $(docker ps --quiet --filter label=com.amazonaws.ecs.task-definition-family=wordpress-staging --filter "label=ministack.instance=$(local_label)"); do
    ask --output /dev/null --write-out 'HTTP %{http_code} %{content_type}, %{size_download} bytes\n' \
      "http://$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$id"):8080$1"
  done
}

# picture NAME URL: what a browser shows, as reports/NAME.png.
picture() {
  local profile
  if ! command -v chromium >/dev/null; then
    echo "No chromium on this machine: no picture of $2"
    return
  fi
  profile=$(mktemp -d)
  printf '\n%s$ chromium --headless --screenshot=reports/%s.png %s%s\n' "$bold" "$1" "$2" "$plain"
  chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --user-data-dir="$profile" --hide-scrollbars --window-size=1100,1400 \
    --virtual-time-budget=5000 --screenshot="reports/$1.png" "$2" 2>&1 | grep -E 'written to|ERR_' || true
  rm -rf "$profile"
}

wordpress_ecs() {
  local url database
  chapter 'wordpress-ecs: an image by Packer, a database, shared files, a service' 'All of them are containers on this machine.'
  project wordpress-ecs
  # As in a repository of its own, where the roles lie beside the deployment.
  mkdir -p roles
  cp -R "$root"/ansible/roles/{wordpress,common} roles/
  sed -i 's|\.\./\.\./ansible/roles/|roles/|g' automation-stack.yml
  # What Debian would have to be asked for is there already, so that an image is made in seconds.
  runner local create image php
  eval "$(node "$root/runner" local env)"
  runner config check

  chapter 'From nothing to the first page' 'Infrastructure, image, registry, an empty database that WordPress is installed into, and two tasks.'
  printf '\n// %s\n' "$(date -u +%FT%TZ)" >>"$plugin"
  commit feat 'the notes of the team'
  runner run --branch develop
  url=$(staging_url)
  health
  site

  chapter 'An article with a picture' 'Written as an editor does. The picture is on the shared files, so each task has it.'
  printf '\n%s$ node write.mjs %s "%s" picture.png%s\n' "$bold" "$url" 'Nothing is lost' "$plain"
  WORDPRESS_ADMIN_PASSWORD=$(password wordpress-staging) node write.mjs "$url" 'Nothing is lost' picture.png | tee .automation-stack/written
  each_task "/wp-content/uploads/$(sed -nE 's|^picture .*/uploads/||p' .automation-stack/written)"

  chapter 'In a browser'
  mkdir -p reports
  picture front "$url"
  picture article "$(sed -n 's/^article //p' .automation-stack/written)"
  picture login "${url}wp-login.php"

  chapter 'A new release' 'Only what changed is in the image: articles, pictures and passwords stay where they are.'
  sed -i -E "s/answered by/made with care, answered by/" "$plugin"
  commit feat 'say how it is made'
  runner deploy --env staging
  site

  chapter 'A bad release' 'It ends with a fatal error of PHP. The image is fine, the health gate is not; the release before serves.'
  printf '\n// A plugin that this image lacks.\n%s\n' "wp_installing() || add_action('init', fn() => count_visit());" >>"$plugin"
  commit feat 'count the visits'
  expect_exit 3 deploy --env staging
  quietly revert --no-edit HEAD
  site

  chapter 'A bad setting' 'A database that there is not: the installer says so, with an exit code of its own, before a task is touched.'
  sed -i -E "s/APP_VERSION: ('[^']*')/APP_VERSION: \1, WORDPRESS_DB_HOST: elsewhere.example/" automation-stack.yml
  commit feat 'another database'
  expect_exit 1 deploy --env staging
  quietly revert --no-edit HEAD
  site

  chapter 'The database goes away and comes back' 'Tasks say so by their health and by their exit code. When it is back, so are they.'
  database=automation-stack-local-mariadb-wordpress-staging
  [[ ${AUTOMATION_STACK_LOCAL_INSTANCE:-0} == 0 ]] || database=${database/local/local-$AUTOMATION_STACK_LOCAL_INSTANCE}
  printf '\n%s$ docker stop %s%s\n' "$bold" "$database" "$plain"
  docker stop "$database" >/dev/null
  health
  expect_exit 1 restart --env staging
  printf '\n%s$ docker start %s%s\n' "$bold" "$database" "$plain"
  docker start "$database" >/dev/null
  curl --silent --output /dev/null --max-time 5 --retry 20 --retry-delay 1 --retry-all-errors --fail "${url}health"
  health
  site

  chapter 'Back again' 'The release before, by digest, without a build.'
  runner rollback --env staging
  site
  runner history --env staging
}
