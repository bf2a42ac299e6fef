#!/usr/bin/env bash
# Everything that must hold before a change lands: sets up the machine, builds, runs every test.
# Arguments go to ctest, so that `tests/run.sh -L unit` runs a part. The last thing printed is
# ctest's own summary, and the exit code is its verdict.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=cmake/steps.sh
source cmake/steps.sh

step "set-up"
cmake/setup.sh --for tests --with-kafka --with-tidy
step "build (release)"
quietly build/logs/release-configure.log cmake --preset release
quietly build/logs/release-build.log cmake --build --preset release
step "Kafka for the system tests"
# Here, so that the reason is said where ctest would only say "Skipped".
tests/system/kafka/kafka_cluster.py fetch || echo "the system tests will be skipped, for the reason above"
step "tests"
exec ctest --test-dir build/release --no-tests=error --output-on-failure -j2 "$@"
