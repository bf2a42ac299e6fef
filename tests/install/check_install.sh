#!/usr/bin/env bash
# usage: check_install.sh BUILD_DIR WORK_DIR
# Installs BUILD_DIR into a prefix under WORK_DIR, moves that prefix away, and builds and runs the
# project beside this script against it, by find_package and by pkg-config.
set -euo pipefail
build=$1
work=$2
project=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/project

rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/first" >/dev/null
# A package that only works where it was first installed is none.
prefix=$work/moved
mv "$work/first" "$prefix"

echo "== find_package"
cmake -S "$project" -B "$work/cmake" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" \
  -DCMAKE_BUILD_TYPE=Release
cmake --build "$work/cmake"
"$work/cmake/foreign"

echo "== pkg-config"
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name strandline.pc)")
export PKG_CONFIG_PATH
packages=(strandline-testing)
defines=()
if pkg-config --exists strandline-prometheus; then
  packages=(strandline-prometheus "${packages[@]}")
  defines=(-DWITH_PROMETHEUS)
fi
read -ra cflags < <(pkg-config --cflags "${packages[@]}")
read -ra libs < <(pkg-config --libs "${packages[@]}")
libdir=$(pkg-config --variable=libdir strandline)
"${CXX:-c++}" -std=c++20 "${defines[@]}" "${cflags[@]}" "$project/foreign.cc" -o "$work/foreign" \
  "${libs[@]}" "-Wl,-rpath,$libdir"
"$work/foreign"
