#!/usr/bin/env bash
# Makes a Debian 12 machine able to build strandline: system packages, then a librdkafka that is
# new enough. Safe to run twice; does nothing and says nothing where nothing is missing.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=$root/.deps

usage() {
  cat <<'EOF'
usage: cmake/setup.sh [--for run|tests|bench] [--with-kafka] [--with-tidy]
  --for run      what the library, the samples and quickstart need (default)
  --for tests    also the test and benchmark libraries
  --for bench    all of that, a JDK, Maven and what draws charts; and Go, where Debian's is new enough
  --with-kafka   also a JDK and Maven, for tests against real brokers
  --with-tidy    also clang-tidy and clang-format
environment:
  STRANDLINE_RDKAFKA_MALLOC=system|mimalloc   the allocator librdkafka is built on (default: the last
                                              choice, at first system)
EOF
}

packages=(
  build-essential ccache cmake git ninja-build pkg-config
  libcli11-dev libconcurrentqueue-dev libexpected-dev libfmt-dev libmimalloc-dev libspdlog-dev
  libxxhash-dev nlohmann-json3-dev prometheus-cpp-dev
  # What librdkafka links. Without one of them its build goes on silently lacking that feature.
  libcurl4-openssl-dev liblz4-dev libsasl2-dev libssl-dev libzstd-dev zlib1g-dev
)
test_packages=(libbenchmark-dev libgmock-dev libgtest-dev librapidcheck-dev python3)
kafka_packages=(maven openjdk-17-jdk-headless)
tidy_packages=(clang-format-19 clang-tidy-19)
bench_packages=(python3-matplotlib)
need_go=0

while (($#)); do
  case $1 in
    --for)
      case ${2:-} in
        run) ;;
        tests) packages+=("${test_packages[@]}") ;;
        bench)
          packages+=("${test_packages[@]}" "${kafka_packages[@]}" "${bench_packages[@]}")
          need_go=1 ;;
        *) usage >&2; exit 2 ;;
      esac
      shift ;;
    --with-kafka) packages+=("${kafka_packages[@]}") ;;
    --with-tidy) packages+=("${tidy_packages[@]}") ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done

mkdir -p "$deps"
# Two set-ups at once would unpack and install over each other.
exec 9>"$deps/setup.lock"
flock 9

say() { echo "setup: $*"; }

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    say "must be root, or have sudo, to install packages" >&2
    return 1
  fi
}

missing_packages() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      echo "$package"
  done
}

install_packages() {
  local missing log=$deps/apt.log
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  say "installing ${#missing[@]} packages: ${missing[*]}"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300
    -o Acquire::Retries=3)
  # The lists the machine has may name files the mirror no longer holds; hence the update first.
  if ! { as_root "${apt[@]}" update &&
    as_root "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    say "apt could not install the packages above; the whole log is in $log" >&2
    return 1
  fi
}

# Takes the Go that is there, else Debian's. One that is too old for the peer's module is not
# installed: it could only fail. The bench then says that the arm was skipped, and why.
provide_go() {
  local wanted=1.24 offered
  # Go's own archive installs itself where PATH need not look.
  PATH=$PATH:/usr/local/go/bin command -v go >/dev/null && return 0
  local module=$root/bench/peers/go/go.mod
  [[ -e $module ]] && wanted=$(awk '$1 == "go" { print $2 }' "$module")
  offered=$(LC_ALL=C apt-cache policy golang-go | sed -n 's/^ *Candidate: \([0-9]*:\)\?//p')
  if [[ -n $offered && $offered != "(none)" ]] && dpkg --compare-versions "$offered" ge "$wanted"; then
    install_packages golang-go
  else
    say "no Go of at least $wanted: there is none in PATH, and Debian's is ${offered:-not offered};" \
      "franz-go will be skipped"
  fi
}

install_packages "${packages[@]}"
((need_go)) && provide_go
# shellcheck source=cmake/librdkafka.sh
source "$root/cmake/librdkafka.sh"
provide_librdkafka
