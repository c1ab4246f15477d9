# shellcheck shell=bash
# Sourced by demo.sh: a column is renamed over three releases while orders come in, and no request fails.

# Where the environment's load balancer serves.
orders_url() { node "$root/runner" output --env staging --json 2>/dev/null | tail -n 1 | sed -E 's/.*"url":"([^"]*)".*/\1/'; }

# Echoes a request and its answer.
ask() {
  printf '\n%s$ curl%s%s\n' "$bold" "$(printf ' %q' "$@")" "$plain"
  curl --silent --show-error --max-time 10 "$@"
}

# release NAME TYPE MESSAGE: the files of releases/NAME over the application's, as a commit.
release() {
  printf '\n%s$ cp -R releases/%s/. app/%s\n' "$bold" "$1" "$plain"
  cp -R "releases/$1/." app/
  git --no-pager diff --stat -- app
  commit "$2" "$3"
}

blue_green() {
  local url load
  chapter 'blue-green: orders, in two services behind one rule' 'The database and both services are containers on this machine.'
  if [[ -d $demo/blue-green ]]; then
    # The column has its new name already: everything begins again.
    (cd "$demo/blue-green" && runner destroy --env staging --yes --confirm staging)
    rm -rf "$demo/blue-green"
  fi
  project blue-green
  runner apply --env staging
  url=$(orders_url)

  chapter 'Release 1' 'It writes and reads the column `customer`.'
  runner deploy --env staging
  ask "${url}version"

  chapter 'Load' 'From now on orders come in without a pause, until the end of the demo.'
  printf '\n%s$ node load.mjs %s &%s\n' "$bold" "$url" "$plain"
  node load.mjs "$url" >.automation-stack/load.json &
  load=$!
  # Nothing that goes wrong below leaves it running.
  trap 'kill "$load" 2>/dev/null || true' EXIT

  chapter 'A bad release' 'It reads a column that no migration made. The idle colour is unwell, so no request ever gets there.'
  release bad feat 'urgent orders first'
  expect_exit 3 deploy --env staging
  ask "${url}version"
  quietly revert --no-edit HEAD

  chapter 'Release 2 expands' 'The new column comes before the release: a trigger and the release keep both columns the same.'
  release 2 feat 'orders know the name of the customer'
  runner deploy --env staging
  ask "${url}version"

  chapter 'Back, and on again' 'Release 1 still runs beside it: one change of the rule. Orders of both are kept in both columns.'
  runner rollback --env staging
  ask "${url}version"
  echo "# $(date -u +%FT%TZ)" >>app/orders.py
  commit fix 'orders know the name of the customer, again'
  runner deploy --env staging

  chapter 'Release 3 uses only the new column' 'The old one stays, filled by the trigger, so that release 2 can come back.'
  release 3 feat 'orders are read by the name of the customer'
  runner deploy --env staging
  runner rollback --env staging
  echo "# $(date -u +%FT%TZ)" >>app/orders.py
  commit fix 'orders are read by the name of the customer, again'
  runner deploy --env staging

  chapter 'One release later: contract' 'Nobody needs the old column any more: a migration drops it.'
  sed -i 's/\[\.\/migrate, expand\]/[.\/migrate, contract]/' automation-stack.yml
  echo "# $(date -u +%FT%TZ): the old column is gone" >>app/orders.py
  commit feat 'drop the old column'
  runner deploy --env staging
  ask "${url}orders/count"
  runner history --env staging

  chapter 'What the load says' 'Every order that was accepted is read once more.'
  kill -TERM "$load"
  if ! wait "$load"; then
    cat .automation-stack/load.json
    echo 'Requests failed, or orders were lost.' >&2
    exit 1
  fi
  trap - EXIT
  cat .automation-stack/load.json
}
