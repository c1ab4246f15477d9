# shellcheck shell=bash
# Sourced by demo.sh: a column is renamed over three releases while orders come in, and no request fails.

# release NAME TYPE MESSAGE: the files of releases/NAME over the application's, as a commit.
release() {
  printf '\n%s$ cp -R releases/%s/. app/%s\n' "$bold" "$1" "$plain"
  cp -R "releases/$1/." app/
  quietly add --all
  git --no-pager diff --cached --stat -- app
  commit "$2" "$3"
}

# again TYPE MESSAGE: another release of what is there.
again() {
  printf '# %s\n' "$(date -u +%FT%TZ)" >>app/orders.py
  commit "$1" "$2"
}

# Version that runs in staging.
running() { node "$root/runner" status --env staging --json 2>/dev/null | tail -n 1 | grep -oE '"version":"[^"]*"' | head -n 1 | cut -d '"' -f 4; }

blue_green() {
  local url load second
  chapter 'blue-green: orders, in two services behind one rule' 'The database and both services are containers on this machine.'
  if [[ -d $demo/blue-green/.git ]]; then
    # The column has its new name already: everything begins anew but the versions, as the registry keeps what it has.
    (cd "$demo/blue-green" && runner destroy --env staging --yes --confirm staging)
    rm -rf "$demo"/blue-green/{.automation-stack,app,releases}
    project blue-green
    again feat 'orders, from the beginning'
  else
    project blue-green
  fi
  runner apply --env staging
  url=$(staging_url)

  chapter 'Release 1' 'It writes and reads the column `customer`.'
  runner deploy --env staging
  ask "${url}version"

  chapter 'Load' 'From now on orders come in without a pause, until the end of the demo.'
  printf '\n%s$ node load.mjs %s &%s\n' "$bold" "$url" "$plain"
  node load.mjs "$url" >.automation-stack/load.json &
  load=$!
  # Nothing that goes wrong below leaves it running.
  trap 'kill "$load" 2>/dev/null || true' EXIT

  chapter 'A bad release' 'It is healthy, and cuts names. A check orders at the idle colour and reads back: no request ever gets there.'
  release bad feat 'short names in the list'
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
  again fix 'orders know the name of the customer, again'
  runner deploy --env staging
  second=$(running)

  chapter 'Release 3 uses only the new column' 'The old one stays, filled by the trigger, so that release 2 can come back.'
  release 3 feat 'orders are read by the name of the customer'
  runner deploy --env staging
  runner rollback --env staging
  again fix 'orders are read by the name of the customer, again'
  runner deploy --env staging

  chapter 'Release 4, and the contract of release 3' 'The whole pipeline, as Jenkins runs it. When release 4 is healthy, a stage of its own drops the old column.'
  again feat 'the release after'
  runner run --branch develop
  # The report at the end is of this run.
  reported=$(ls .automation-stack/runs | grep -oE '^[0-9T]+-[0-9a-f]+' | sort | tail -n 1)
  ask "${url}orders/count"

  chapter 'Behind the contract' 'Release 2 reads the old column: it is refused by name. Release 3 does not, and comes back.'
  expect_exit 1 rollback --env staging --to "$second"
  runner rollback --env staging
  ask "${url}version"
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
