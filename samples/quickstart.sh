#!/usr/bin/env bash
# strandline's main job on this machine, from nothing: installs what is missing, builds, and runs a stream of
# orders through a group of consumers. Arguments go to the program: --records N, --bootstrap-servers H:P,
# --report FILE, --order key|partition.
set -euo pipefail
here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

quietly() {
  local log=build/logs/$1.log
  shift
  mkdir -p build/logs
  if ! "$@" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "failed: $* (whole log: $log)" >&2
    exit 1
  fi
}

cmake/setup.sh --for run
echo "quickstart: building (release)"
quietly quickstart-configure cmake --preset release
quietly quickstart-build cmake --build --preset release --target quickstart
program=$PWD/build/release/samples/quickstart/quickstart
# Files among the arguments are the caller's.
cd "$here"
exec "$program" "$@"
