#!/usr/bin/env bash
# strandline's main job on this machine, from nothing: installs what is missing, builds, and runs a stream of
# orders through a group of consumers. Arguments go to the program: --records N, --bootstrap-servers H:P,
# --report FILE, --order key|partition.
set -euo pipefail
here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=cmake/steps.sh
source cmake/steps.sh

cmake/setup.sh --for run
echo "quickstart: building (release)"
quietly build/logs/quickstart-configure.log cmake --preset release
quietly build/logs/quickstart-build.log cmake --build --preset release --target quickstart
program=$PWD/build/release/samples/quickstart/quickstart
# Files among the arguments are the caller's.
cd "$here"
exec "$program" "$@"
