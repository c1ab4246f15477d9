#!/usr/bin/env bash
# Releases automation-stack itself: the version everywhere it stands, the runner packed with it, CHANGELOG and tag.
# The packed runner, the library's tag and what the controller pins are one version. Pushes nothing. Where anything
# fails, everything is as it was before.
set -euo pipefail
cd "$(dirname "$0")/.."
own=(package.json package-lock.json pipelines/controller/jenkins.yaml resources/automation-stack)
others=$(git status --porcelain -- . "${own[@]/#/:(exclude)}")
if [ -n "$others" ]; then
    printf 'Commit or stash these first:\n%s\n' "$others" >&2
    exit 1
fi
# Versions come from tags. Without that of the last release this one would be counted from the beginning, and
# jenkins.yaml would name an older library than it does now.
last=$(sed -n -E 's/^## ([0-9]+\.[0-9]+\.[0-9]+) .*/v\1/p' CHANGELOG.md | head -n 1)
if [ -n "$last" ] && ! git rev-parse --quiet --verify "refs/tags/$last" >/dev/null; then
    commit=$(git log --format=%h --max-count=1 --grep="^release: $last$")
    printf 'There is no tag %s, which CHANGELOG.md and jenkins.yaml name. Fetch it, or make it:\n' "$last" >&2
    printf '  git fetch --tags\n  git tag --annotate %s %s --message %s\n' "$last" "${commit:-COMMIT}" "$last" >&2
    exit 1
fi
start=$(git rev-parse HEAD)
trap 'git reset --quiet --soft "$start" && git checkout --quiet HEAD -- "${own[@]}"' ERR
version=$(node runner release --dry-run --json | tail -n 1 | node -pe 'JSON.parse(require("node:fs").readFileSync(0)).version')
echo "Releasing v$version"
npm version --no-git-tag-version --allow-same-version "$version" >/dev/null
sed -i -E "s/\bv[0-9]+\.[0-9]+\.[0-9]+\b/v$version/" pipelines/controller/jenkins.yaml
make --no-print-directory build pack
git add "${own[@]}"
git diff --cached --quiet || git commit --quiet --message="chore: set the version to $version, so that library, runner and controller are one"
node runner release
