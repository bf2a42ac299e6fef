#!/bin/sh
# usage: run_arm.sh ARM arguments...: runs one JVM arm after build.sh; prints its JSON line. README.md lists the arms.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../../../build/peers/java
if [ ! -f "$out/stamp" ]; then
  echo "error: not built; run $here/build.sh first" >&2
  exit 2
fi
out=$(cd "$out" && pwd)

classpath="$out/classes:$out/lib/*"
if [ -d "$out/decaton" ] && [ -n "${DECATON_HOME:-}" ]; then
  classpath="$out/decaton:$classpath:$(find "$DECATON_HOME" -name '*.jar' | tr '\n' ':')"
fi

# A throughput run has no use for short pauses, and the parallel collector has the cheapest barriers. A fixed heap
# does not grow while it is measured. Small stacks let thousands of threads be started.
flags=${STRANDLINE_BENCH_JVM_FLAGS:--XX:+UseParallelGC -Xms2g -Xmx2g -Xss256k}
# shellcheck disable=SC2086
exec java $flags -cp "$classpath" strandline.bench.peers.Main "$@"
