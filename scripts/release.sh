#!/usr/bin/env bash
# Releases automation-stack itself: the version everywhere it stands, the runner packed with it, CHANGELOG and tag.
# The packed runner, the library's tag and what the controller pins are one version. Only the release carries the packed
# runner: a further commit takes it out of the branch again. Pushes nothing. Where anything fails, everything in git is as it
# was before.
set -euo pipefail
cd "$(dirname "$0")/.."
own=(package.json package-lock.json pipelines/controller/jenkins.yaml resources/automation-stack/version)
pack=(resources/automation-stack/runner.mjs resources/automation-stack/runner.sha256)

# The packed runner stays where it is, as a file that git ignores.
take_out() {
    [ -n "$(git ls-files -- "${pack[@]}")" ] || return 0
    git rm --quiet --cached -- "${pack[@]}"
    git commit --quiet --message="chore(release): take the packed runner out of the branch" \
        --message="Its sources change from here on. The tag $1 keeps it."
}

others=$(git status --porcelain -- . "${own[@]/#/:(exclude)}" "${pack[@]/#/:(exclude)}")
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
if [ -n "$last" ] && git diff --quiet "$last" HEAD -- . "${pack[@]/#/:(exclude)}"; then
    take_out "$last"
    echo "Nothing has changed since $last."
    exit
fi
start=$(git rev-parse HEAD)
restore() {
    git reset --quiet "$start"
    # shellcheck disable=SC2046 # no blank in these names; of a release that was cut off, the packed runner is among them
    git checkout --quiet -- $(git ls-files -- "${own[@]}" "${pack[@]}")
}
trap restore ERR
version=$(node runner release --dry-run --json | tail -n 1 | node -pe 'JSON.parse(require("node:fs").readFileSync(0)).version')
echo "Releasing v$version"
npm version --no-git-tag-version --allow-same-version "$version" >/dev/null
sed -i -E "s/\bv[0-9]+\.[0-9]+\.[0-9]+\b/v$version/" pipelines/controller/jenkins.yaml
node scripts/build.mjs
node scripts/pack.mjs
git add "${own[@]}"
git add --force "${pack[@]}"
git diff --cached --quiet || git commit --quiet --message="chore(release): set the version to $version" \
    --message="Library, packed runner and controller are one version."
node runner release
trap - ERR
take_out "v$version"
echo "To publish it: git push origin $(git branch --show-current) v$version"
