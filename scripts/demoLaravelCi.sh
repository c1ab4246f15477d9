# shellcheck shell=bash
# Sourced by demo.sh: servers get their layers, and a Laravel application is tested, shown and taken back.

server=laravel-ci-staging-dev

# What the application's page lists.
notes() { ask "$url" | grep -E '<h1>|<li |<footer>' | sed 's/^ */  /'; }

# note TEXT: writes a note as a browser does, with the session and the token of the form.
note() {
  local jar token
  jar=$(mktemp)
  token=$(curl --silent --max-time 60 --cookie-jar "$jar" "$url" | sed -nE 's/.*name="_token" value="([^"]*)".*/\1/p')
  ask --cookie "$jar" --data-urlencode "_token=$token" --data-urlencode "text=$1" --write-out 'HTTP %{http_code}\n' --output /dev/null "${url}notes"
  rm -f "$jar"
}

# change FILE EXPRESSION: edits a file of the application, and shows how it differs.
change() {
  sed -i -E "$2" "app/$1"
  git --no-pager diff --unified=0 -- app | grep -E '^[-+]'
}

laravel_ci() {
  local url
  chapter 'laravel-ci: a server that shows the application, and one that tests it' 'EC2 instances of the local environment.'
  project laravel-ci
  runner config check
  runner apply --env staging
  url=$(staging_url)

  chapter 'Servers' 'Found by their tags; a tag says which groups each is in. Their SSH keys are learned from their consoles.'
  runner instances list --env staging
  runner inventory --env staging

  chapter 'Layers' 'Each playbook works on the servers of its group: Apache, MariaDB and PHP, then phpMyAdmin, the tests, the application.'
  runner provision --env staging
  note "$(date -u +%T): the board is up"
  notes
  ask --output /dev/null --write-out 'HTTP %{http_code}\n' "${url}phpmyadmin/"

  chapter 'Nothing has changed' 'So the layers of the server are not run again, and it says what was therefore not looked at.'
  runner provision --env staging --only lamp --only phpmyadmin

  chapter 'A feature' 'Tested on the one server, then switched to on the other.'
  change resources/views/notes.blade.php 's|<h1>.*</h1>|<h1>{{ $notes->count() }} notes</h1>|'
  commit feat 'count the notes'
  runner provision --env staging --from laravel-tests
  notes

  chapter 'A mistake that the tests find' 'The layer behind them is not run: the server goes on with what it has.'
  change app/Models/Note.php 's/<= \$length/< $length/'
  commit fix 'cut notes earlier'
  expect_exit 1 provision --env staging --from laravel-tests
  quietly revert --no-edit HEAD
  notes

  chapter 'A mistake that the tests do not find' 'It needs a setting that only they have: it does not answer, and the release before is in use again.'
  change phpunit.xml 's|^( *)<env name="APP_ENV".*|&\n\1<env name="TEAM" value="tests"/>|'
  change app/Providers/RouteServiceProvider.php "s|\['status' => 'ok'\]|['status' => env('TEAM') ? 'ok' : throw new \\\\Exception('TEAM is not set')]|"
  commit feat 'say which team it is for'
  expect_exit 1 provision --env staging --from laravel-tests
  quietly revert --no-edit HEAD
  notes

  chapter 'Back again' 'The feature is taken back. Its release before is still on the server, so this is one link that changes.'
  quietly revert --no-edit "$(git log --format=%h --grep='^feat: count the notes' --max-count=1)"
  runner provision --env staging --only application
  notes
  runner instances ssh "$server" --env staging -- ls -l /srv/laravel/current /srv/laravel/releases
  runner history --env staging --changes
}
