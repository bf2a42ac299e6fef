#!/bin/sh
# usage: run_arm.sh ARM arguments...: runs one franz-go arm after build.sh; prints its JSON line. README.md lists them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$here/../../../build/peers/go/peers
if [ ! -x "$program" ]; then
  echo "error: not built; run $here/build.sh first" >&2
  exit 2
fi
exec "$program" "$@"
