#!/usr/bin/env bash
# Where the raw batch loop's and the framework's CPU time goes, from nothing to a table in bench/results.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1:-} in
  -h | --help)
    cat <<'EOT'
usage: bench/profile.sh [--bootstrap-servers HOST:PORT] [--results DIR]
  Samples the arms with perf's cpu-clock and writes <date>-<machine>-profile.md: parts by thread and by what the
  functions do. Ends with 77 where perf is missing or may not sample.
EOT
    exit 0 ;;
esac

# Before minutes of set-up: it does not install perf, which has to fit the kernel.
if ! command -v perf >/dev/null; then
  echo "skipped: perf is not installed; on Debian: apt-get install linux-perf" >&2
  exit 77
fi

# shellcheck source=cmake/steps.sh
source cmake/steps.sh

step "set-up"
cmake/setup.sh --for bench
step "build (bench)"
quietly build/logs/bench-configure.log cmake --preset bench
quietly build/logs/bench-build.log cmake --build --preset bench --target bench_fill bench_raw_batch bench_strandline
step "profiling"
exec python3 bench/harness/profiles.py "$@"
