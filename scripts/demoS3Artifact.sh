# shellcheck shell=bash
# Sourced by demo.sh: a release is a file in S3, and runs on new instances of EC2 behind a load balancer.

# answer ENVIRONMENT: what its load balancer answers.
answer() {
  local url
  url=$(node "$root/runner" output --env "$1" --json 2>/dev/null | tail -n 1 | sed -E 's/.*"url":"([^"]*)".*/\1/')
  printf '\n%s$ curl %s%s\n' "$bold" "$url" "$plain"
  curl --silent --show-error --max-time 10 "$url" | tee .automation-stack/answer
  echo
}

# release TYPE MESSAGE GREETING: the server with another greeting, as a commit.
release() {
  sed -i "s/^GREETING = .*/GREETING = \"$3\"/" app/server.py
  commit "$1" "$2"
}

# The version that the load balancer of staging answers with.
running() { grep -oE '"version": "[^"]*"' .automation-stack/answer | cut -d '"' -f 4; }

s3_artifact() {
  local first kept
  chapter 's3-artifact: a file in S3, on new instances for each release' 'EC2 is emulated; its instances are containers on this machine with systemd and sshd.'
  project s3-artifact
  runner config check
  chapter 'Infrastructure' 'Bucket, launch template, load balancer and an empty target group. It makes no instances.'
  runner apply --env staging
  runner apply --env production

  chapter 'The first release' 'Tested, packed, uploaded, and checked. Two instances are launched, configured over SSH and confirmed; then they join.'
  release feat 'greet' "hello, $(date -u +%T)"
  runner deploy --env staging
  answer staging
  first=$(running)

  chapter 'The next one takes its place' 'The old instances serve until the new ones do, and are kept stopped.'
  release feat 'greet in a friendlier way' "good day, $(date -u +%T)"
  runner deploy --env staging
  answer staging
  runner instances list --env staging

  chapter 'A bad release' 'It does not answer on /health. Each instance is restarted once, then all of them are terminated; what served serves.'
  sed -i 's/^    if path == "\/health":/    if path == "\/healthy":/; s/answer("\/health"/answer("\/healthy"/' app/server.py app/test_server.py
  commit feat 'health under another name'
  expect_exit 3 deploy --env staging
  answer staging
  quietly revert --no-edit HEAD

  chapter 'Back by version, and on again by instance' 'Kept instances are started, confirmed and registered: nothing is built, and nothing launched.'
  runner rollback --env staging --to "$first"
  answer staging
  mapfile -t kept < <(node "$root/runner" tasks --env staging --json 2>/dev/null | tail -n 1 | grep -oE '"id":"i-[0-9a-f]+"[^}]*"status":"stopped"' | cut -d '"' -f 4)
  runner rollback --env staging --instances "${kept[0]}" --instances "${kept[1]}"
  answer staging

  chapter 'The very same object goes to production' 'Three instances are launched there, and two must serve.'
  merge_to_main
  runner promote --env production --approve
  answer production
  quietly checkout develop
  runner history --env staging
  runner instances orphans --env staging
}
