#!/bin/sh
# usage: build.sh: builds the franz-go arms. Safe to run again. Exit code 77 and a line "skipped: reason" when that
# cannot be done here.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../../../build/peers/go

skip() {
  echo "skipped: $1"
  exit 77
}

# Go's own archive installs itself where PATH need not look.
PATH=$PATH:/usr/local/go/bin
command -v go >/dev/null || skip "go not found: install Go 1.26 or newer"
mkdir -p "$out"
cd "$here"
if ! go mod download >"$out/download.log" 2>&1; then
  skip "the Go modules could not be fetched: $(tail -n 1 "$out/download.log")"
fi
go build -trimpath -mod=readonly -o "$out/peers" .
