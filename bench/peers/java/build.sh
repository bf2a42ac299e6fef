#!/bin/sh
# usage: build.sh: fetches the jars and compiles the JVM arms. Safe to run again. Exit code 77 and a line
# "skipped: reason" when that cannot be done here. DECATON_HOME adds the arm of Decaton.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../../../build/peers/java

skip() {
  echo "skipped: $1"
  exit 77
}

command -v mvn >/dev/null || skip "mvn not found: install maven"
command -v javac >/dev/null || skip "javac not found: install openjdk-17-jdk-headless"
mkdir -p "$out"
out=$(cd "$out" && pwd)

# Maven takes seconds to find that nothing is to be done; the stamp tells it at once.
want=$(cd "$here" && find pom.xml src/main -type f | LC_ALL=C sort | xargs sha256sum | sha256sum)
if [ "$(cat "$out/stamp" 2>/dev/null || true)" != "$want" ]; then
  rm -rf "$out/lib" "$out/classes" "$out/stamp"
  if ! mvn -B -q -Dstyle.color=never -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
      "-DoutputDirectory=$out/lib" >"$out/maven.log" 2>&1; then
    skip "Maven could not fetch the jars: $(grep -m1 ERROR "$out/maven.log" || echo "see $out/maven.log")"
  fi
  javac -nowarn --release 17 -cp "$out/lib/*" -d "$out/classes" $(find "$here/src/main/java" -name '*.java')
  echo "$want" >"$out/stamp"
fi

rm -rf "$out/decaton"
if [ -n "${DECATON_HOME:-}" ]; then
  jars=$(find "$DECATON_HOME" -name '*.jar' 2>/dev/null | tr '\n' ':')
  if [ -z "$jars" ]; then
    echo "decaton: no jars below DECATON_HOME=$DECATON_HOME; its arm will be skipped" >&2
  else
    # Our own jars first: every arm runs with the same kafka-clients.
    javac -nowarn --release 17 -proc:none -cp "$out/classes:$out/lib/*:$jars" -d "$out/decaton" \
      $(find "$here/src/decaton/java" -name '*.java')
  fi
fi
