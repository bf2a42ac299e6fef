# Sourced by the scripts that build and run everything (tests/run.sh, bench/run.sh, samples/quickstart.sh).
# shellcheck shell=bash

step() { echo "== $*"; }

# Runs a command silently; shows the end of its output where it fails.
quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  if ! "$@" >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    echo "failed: $* (whole log: $log)" >&2
    exit 1
  fi
}
