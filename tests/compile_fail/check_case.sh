#!/usr/bin/env bash
# usage: check_case.sh CASE.cc COMPILER [FLAG...]
# Passes if CASE compiles, and with -DMISUSE fails with the text of its "// expect: " line.
set -euo pipefail
case=$1
shift

expected=$(sed -n 's|^// expect: ||p' "$case")
if [[ -z $expected ]]; then
  echo "$case has no '// expect: ' line: name the text the compiler must print"
  exit 1
fi
# Code is generated too: without it some templates are never instantiated.
if ! output=$("$@" -S -o /dev/null "$case" 2>&1); then
  printf '%s\n' "$output"
  echo "$case: the correct form does not compile, so the misuse proves nothing"
  exit 1
fi
if output=$("$@" -DMISUSE -S -o /dev/null "$case" 2>&1); then
  echo "$case: the misuse compiles"
  exit 1
fi
# Of the diagnostics only: a case's own source line, quoted by the compiler, must not satisfy it.
# Not by `grep | grep -q`: the second leaves at its first match, and the first dies of SIGPIPE.
diagnostics=$(grep -E '(error|required|note): ' <<<"$output" || true)
if [[ $diagnostics != *"$expected"* ]]; then
  printf '%s\n' "$output"
  echo "$case: the misuse is refused, but not with: $expected"
  exit 1
fi
