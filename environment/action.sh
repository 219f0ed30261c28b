#!/usr/bin/env bash
# The work of action.yml: measures a campaign, finds the baseline branch's, compares the two, and comments on the pull request.
# Exit codes are those of `rund-lab compare`: 1 if the gate fired. Inputs come as environment variables; action.yml explains them.
set -euo pipefail

lab="${GITHUB_ACTION_PATH:?}/dist/cli/main.js"
work="${RUNNER_TEMP:?}/rund-lab"
marker="<!-- rund-lab: ${ARTIFACT:?} -->"
mkdir -p "$work/new"
read -ra run_words <<<"${RUN:?}"
read -ra compare_words <<<"${COMPARE:-}"

output() { # name, value
  echo "$1=$2" >>"${GITHUB_OUTPUT:?}"
}

# sandboxes need root; a rehearsal, a cluster and a service that the user names need no private containerd
own_containerd() {
  [[ " $RUN " != *" --endpoint "* && " $RUN " != *" --cluster "* ]]
}
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo env "PATH=$PATH" "$@"; fi
}

measure() {
  if own_containerd; then
    trap 'as_root node "$lab" env down >&2 || echo "::warning::rund-lab env down failed"' EXIT
    as_root node "$lab" env up >&2
    as_root node "$lab" run "${run_words[@]}" --out "$work/new"
    as_root chown -R "$(id -u)" "$work/new"
  else
    node "$lab" run "${run_words[@]}" --out "$work/new"
  fi
}

# the newest successful run of this workflow on the baseline branch that kept a campaign
download_baseline() {
  local id
  for id in $(gh run list --repo "$GITHUB_REPOSITORY" --workflow "$GITHUB_WORKFLOW" --branch "$BASELINE_BRANCH" \
    --status success --limit 20 --json databaseId --jq '.[].databaseId'); do
    if gh run download "$id" --repo "$GITHUB_REPOSITORY" --name "$ARTIFACT" --dir "$work/baseline" >&2; then
      return 0
    fi
  done
  return 1
}

# one comment for each pull request: the first one with our marker is replaced
comment() { # file
  local number id
  number=$(sed -nE 's,^refs/pull/([0-9]+)/.*,\1,p' <<<"${GITHUB_REF:-}")
  [ "${COMMENT:-true}" = true ] && [ -n "$number" ] || return 0
  id=$(gh api "repos/$GITHUB_REPOSITORY/issues/$number/comments" --paginate \
    --jq ".[] | select(.body | startswith(\"$marker\")) | .id" | head -n 1)
  if [ -n "$id" ]; then
    gh api "repos/$GITHUB_REPOSITORY/issues/comments/$id" --method PATCH --field "body=@$1" --silent
  else
    gh api "repos/$GITHUB_REPOSITORY/issues/$number/comments" --method POST --field "body=@$1" --silent
  fi
}

measure >"$work/measured.txt"
folder=$(find "$work/new" -mindepth 1 -maxdepth 1 -type d | sort | tail -n 1)
output folder "$folder"

sides=("$folder")
if [[ " ${COMPARE:-} " != *" --runtimes "* && " ${COMPARE:-} " != *" --baseline "* ]]; then
  baseline="${BASELINE:-}"
  if [ -z "$baseline" ] && download_baseline; then baseline="$work/baseline"; fi
  if [ -z "$baseline" ]; then
    echo "No baseline yet: this campaign is the first that is kept." | tee -a "${GITHUB_STEP_SUMMARY:?}"
    output verdict none
    output gate passed
    exit 0
  fi
  sides=("$baseline" "$folder")
fi

code=0
node "$lab" compare "${sides[@]}" "${compare_words[@]}" --markdown >"$work/comparison.md" || code=$?
# 1: the gate fired, and the comparison is whole; any other code is an error
[ "$code" -le 1 ] || exit "$code"
node "$lab" compare "${sides[@]}" "${compare_words[@]}" --json >"$work/comparison.json" 2>/dev/null || true
output verdict "$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).verdict' "$work/comparison.json")"
output gate "$([ "$code" = 0 ] && echo passed || echo fired)"
cat "$work/comparison.md" >>"${GITHUB_STEP_SUMMARY:?}"
{ echo "$marker"; cat "$work/comparison.md"; } >"$work/comment.md"
# a pull request from a fork may not comment; this must not hide the result
comment "$work/comment.md" || echo "::warning::rund-lab could not comment on the pull request; the summary has the comparison"
exit "$code"
