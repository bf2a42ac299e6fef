#!/usr/bin/env bash
# Measures everything on this machine, from nothing to a report: set-up, build, peers, broker, topics, arms.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'EOT'
usage: bench/run.sh [smoke|quick|full] [--bootstrap-servers HOST:PORT] [--only PATTERN] [--results DIR]
  smoke   everything once on short topics: that it runs; its figures mean nothing
  quick   at most ten minutes (default)
  full    every arm, setting and scenario: one to two hours, as the machine is
  --bootstrap-servers   a broker that runs already; default: one is started and deleted again
  --only                a regular expression: rows and programs whose name it matches
  --results             where the result, its report and its charts go; default: bench/results,
                        with --only or smoke build/bench-results
Two results are compared by bench/harness/bench.py compare OLD NEW.
EOT
}

plan=quick
options=()
while (($#)); do
  case $1 in
    smoke | quick | full) plan=$1 ;;
    --bootstrap-servers | --only | --results)
      (($# > 1)) || { usage >&2; exit 2; }
      options+=("$1" "$2")
      shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done

# shellcheck source=cmake/steps.sh
source cmake/steps.sh

# A peer that cannot be built here is skipped by its arms, each with the reason that build.sh gave.
build_peer() {
  local log=build/logs/bench-$1.log code=0 reason
  bench/peers/"$1"/build.sh >"$log" 2>&1 || code=$?
  ((code == 0)) && return 0
  if ((code == 77)); then
    reason=$(sed -n 's/^skipped: *//p' "$log" | head -n 1)
    echo "skipped: $reason"
    options+=(--without "$1" "${reason:-bench/peers/$1/build.sh did not say why}")
    return 0
  fi
  tail -n 20 "$log"
  echo "failed: bench/peers/$1/build.sh (whole log: $log)" >&2
  exit 1
}

# Debian's matplotlib belongs to Debian's Python, which need not be the first in PATH.
python_with_charts() {
  local python
  for python in python3 /usr/bin/python3; do
    "$python" -c 'import matplotlib' 2>/dev/null && { echo "$python"; return 0; }
  done
  echo "no Python with matplotlib: install python3-matplotlib" >&2
  return 1
}

step "set-up"
cmake/setup.sh --for bench
python=$(python_with_charts)
step "build (bench)"
quietly build/logs/bench-configure.log cmake --preset bench
quietly build/logs/bench-build.log cmake --build --preset bench --target bench/all
for peer in java go; do
  step "peer: $peer"
  build_peer "$peer"
done
step "measuring ($plan)"
exec "$python" bench/harness/bench.py run "$plan" "${options[@]}"
