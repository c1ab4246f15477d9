#!/usr/bin/env bash
# The main job on the local environment, with the commands a user would type: each is echoed before it runs.
#   scripts/demo.sh          run it (again: new releases on what is there)
#   EXAMPLE=NAME scripts/demo.sh    one example in place of flask-fleet and hello-ecs
#   scripts/demo.sh down     take everything away
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
demo=$root/.demo
export AUTOMATION_STACK_WHO=${AUTOMATION_STACK_WHO:-$(id -un)}

bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
[[ -t 1 && -z ${NO_COLOR:-} ]] || bold='' dim='' plain=''

chapter() { printf '\n%s== %s%s\n' "$bold" "$1" "$plain"; [[ -z ${2:-} ]] || printf '%s%s%s\n' "$dim" "$2" "$plain"; }

# Echoes a command as one would type it in the example's directory, then runs it.
runner() {
  printf '\n%s$ node runner%s%s\n' "$bold" "$(printf ' %s' "$@")" "$plain"
  node "$root/runner" "$@"
}

# The same for a command that must end with a certain exit code: that is what the demo shows.
expect_exit() {
  local wanted=$1 code=0
  shift
  runner "$@" || code=$?
  if ((code != wanted)); then
    echo "This should have ended with exit code $wanted, not $code." >&2
    exit 1
  fi
  printf '%s(exit code %s, as it should be)%s\n' "$dim" "$code" "$plain"
}

# Where staging answers.
staging_url() { node "$root/runner" output --env staging --json 2>/dev/null | tail -n 1 | sed -E 's/.*"url":"([^"]*)".*/\1/'; }

# Echoes a request and its answer.
ask() {
  printf '\n%s$ curl%s%s\n' "$bold" "$(printf ' %q' "$@")" "$plain"
  curl --silent --show-error --max-time 60 "$@"
}

quietly() { git -c user.name=demo -c user.email=demo@example.invalid -c commit.gpgsign=false "$@" >/dev/null 2>&1; }

# A copy with its own repository, as a user's project would be: develop for staging, main for production.
project() {
  mkdir -p "$demo"
  if [[ ! -d $demo/$1/.git ]]; then
    rm -rf "${demo:?}/$1"
    cp -R "examples/$1" "$demo/$1"
    cd "$demo/$1"
    # What runs on this machine takes the place of what runs on AWS.
    [[ ! -f local.yml ]] || mv local.yml automation-stack.yml
    quietly init --initial-branch=develop
    printf '.automation-stack/\n.terraform/\nterraform.tfstate*\nreports/\n' >.gitignore
    quietly add --all
    quietly commit --message="feat: $1 as it ships with automation-stack"
    quietly tag --annotate v0.1.0 --message="v0.1.0"
    quietly branch main
  else
    cd "$demo/$1"
    quietly checkout --force develop
    # Whatever an earlier demo was interrupted at: the sources as they ship, and environments that are whole.
    cp -R "$root/examples/$1/." .
    [[ ! -f local.yml ]] || mv local.yml automation-stack.yml
    local environment
    for environment in $(environments); do
      if node "$root/runner" status --env "$environment" --json | grep -q '"cutOff"'; then
        runner rollback --env "$environment"
      fi
    done
  fi
}

# Those of the example in this directory.
environments() { sed -n '/^environments:/,/^[a-z]/s/^  \([a-z]*\):$/\1/p' automation-stack.yml; }

# commit TYPE MESSAGE: everything that changed, on the branch that is checked out.
commit() {
  printf '\n%s$ git commit -m "%s: %s"%s\n' "$bold" "$1" "$2" "$plain"
  quietly add --all
  quietly commit --message="$1: $2"
}

merge_to_main() {
  printf '\n%s$ git checkout main && git merge develop%s\n' "$bold" "$plain"
  quietly checkout main
  quietly merge --no-ff --message="Merge branch develop" develop
}

down() {
  local name environment
  for name in flask-fleet hello-ecs blue-green laravel-ci s3-artifact wordpress-ecs; do
    [[ -d $demo/$name ]] || continue
    (
      cd "$demo/$name"
      eval "$(node "$root/runner" local env)"
      for environment in $(environments); do
        runner destroy --env "$environment" --yes --confirm "$environment" || echo "Going on: local down removes what is left."
      done
    ) || true
  done
  cd "$root"
  runner local down --purge
  rm -rf "$demo"
  echo "The demo is gone. Packages that were installed by apt stay: apt-get remove docker.io mmdebstrap takes them away too."
}

fleet() {
  chapter 'flask-fleet: two servers behind a load balancer, for staging and production'
  project flask-fleet
  runner config check
  chapter 'Infrastructure' 'Terraform makes the hosts; the plan is shown and then applied exactly.'
  runner apply --env staging
  runner apply --env production
  chapter 'Hosts' 'What Terraform made is the inventory; Ansible puts a Docker engine on each host over SSH.'
  runner inventory --env staging
  runner provision --env staging
  runner provision --env production

  chapter 'A feature reaches staging' 'Built, tested, pushed, and rolled out host by host behind its health gate.'
  echo "# $(date -u +%FT%TZ): a feature" >>app/app.py
  commit feat 'greet in a friendlier way'
  runner test
  runner deploy --env staging

  chapter 'The very same digests go to production' 'The merge changes the commit, not the content: nothing is rebuilt.'
  merge_to_main
  runner promote --env production --approve

  chapter 'A bad release' 'It needs a setting that nobody made: its tests pass, its health gate does not.'
  quietly checkout develop
  sed -i 's/^app = create_app()$/database = os.environ["DATABASE_URL"]\n&/' app/app.py
  commit feat 'use the database'
  expect_exit 3 deploy --env staging
  quietly revert --no-edit HEAD
  runner status
}

service() {
  cd "$root"
  chapter 'hello-ecs: an ECS service, through the whole pipeline at once' 'The same graph that Jenkins runs.'
  project hello-ecs
  runner stages --branch develop
  echo "<!-- $(date -u +%FT%TZ) -->" >>app/index.html
  commit feat 'say hello'
  runner run --branch develop
  merge_to_main
  runner run --branch main
  chapter 'Back again' 'The release before, by digest, without a build.'
  quietly checkout develop
  echo "<!-- and again -->" >>app/index.html
  commit fix 'say hello again'
  runner deploy --env staging
  runner rollback --env staging
  runner history --env staging
}

# What is shown of an example.
show() {
  case $1 in
  flask-fleet) fleet ;;
  hello-ecs) service ;;
  blue-green) source "$root/scripts/demoBlueGreen.sh" && blue_green ;;
  laravel-ci) source "$root/scripts/demoLaravelCi.sh" && laravel_ci ;;
  s3-artifact) source "$root/scripts/demoS3Artifact.sh" && s3_artifact ;;
  wordpress-ecs) source "$root/scripts/demoWordpress.sh" && wordpress_ecs ;;
  esac
}

main() {
  local began=$SECONDS reported='' name
  chapter 'The local environment' 'Docker engine, AWS emulator, hosts and a Slack sink, all on this machine.'
  runner local up
  eval "$(node runner local env)"
  for name in "${examples[@]}"; do show "$name"; done
  if [[ ${examples[0]} == flask-fleet || ${examples[0]} == hello-ecs ]]; then
    chapter 'What Slack was told'
    runner local slack
  fi
  chapter 'Reports'
  for name in "${examples[@]}"; do (cd "$demo/$name" && runner report ${reported:+--run "$reported"}); done
  printf '\n%sDone in %d s.%s Look around: cd %s && node %s status\n' "$bold" $((SECONDS - began)) "$plain" ".demo/${examples[0]}" ../../runner
  echo 'Take it away again: make demo-down'
}

all=(flask-fleet hello-ecs blue-green laravel-ci s3-artifact wordpress-ecs)
examples=(flask-fleet hello-ecs)
if [[ -n ${EXAMPLE:-} ]]; then
  examples=("$EXAMPLE")
  if [[ " ${all[*]} " != *" $EXAMPLE "* ]]; then
    echo "There is no example $EXAMPLE; there are ${all[*]}. Without EXAMPLE: ${all[0]} and ${all[1]}." >&2
    exit 2
  fi
fi
case ${1:-up} in
  up) main ;;
  down) down ;;
  *) echo "Usage: $0 [up|down]" >&2; exit 2 ;;
esac
