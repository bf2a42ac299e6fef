# Sourced by setup.sh: provides a librdkafka of at least $rdkafka_minimum. The system's where it is
# new enough, else Debian's newest source package built into .deps. The prefix of a private build is
# left in .deps/rdkafka.prefix, where cmake/FindRdKafka.cmake looks.
# shellcheck shell=bash disable=SC2154

# The first version sound for every group protocol; older ones lose or repeat records.
rdkafka_minimum=2.12
# Without a choice the last one stands: every script calls set-up, and none may undo it.
chosen_malloc() {
  local prefix=$deps/rdkafka.prefix
  [[ -e $prefix ]] && cat "$deps/$(<"$prefix")/malloc" 2>/dev/null || echo system
}
rdkafka_malloc=${STRANDLINE_RDKAFKA_MALLOC:-$(chosen_malloc)}

# The archives this machine uses, as apt itself reads its configuration: either form of it, and no
# entry that is commented or disabled. Archives beside Debian's fail harmlessly when asked.
apt_archives() {
  local codename
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  apt-get update --print-uris |
    sed -nE "s#^'(.*)/dists/($codename|oldstable|stable|testing|unstable|sid)/InRelease'.*#\\1#p" |
    awk '!seen[$0]++'
}

# Downloads the newest librdkafka source of one archive and suite into the directory $3. A private
# apt state keeps the machine's own lists as they are; apt checks the signatures.
download_source() {
  local archive=$1 suite=$2 into=$3
  mkdir -p "$into/lists/partial" "$into/cache/archives/partial"
  printf 'Types: deb-src\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' \
    "$archive" "$suite" /usr/share/keyrings/debian-archive-keyring.gpg >"$into/private.sources"
  local apt=(apt-get -q -o Dir::Etc::sourcelist="$into/private.sources"
    -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferences=/dev/null
    -o Dir::Etc::preferencesparts=/dev/null -o Dir::State::lists="$into/lists"
    -o Dir::Cache="$into/cache" -o APT::Sandbox::User= -o Acquire::Retries=2)
  "${apt[@]}" update && (cd "$into" && "${apt[@]}" source --download-only librdkafka) &&
    compgen -G "$into/librdkafka_*.orig.tar.*" >/dev/null
}

# Unpacks the upstream tarball in $1 without Debian's patches, which need newer tools than Debian 12
# has, and installs its C library into the prefix $2. Its CMake build drops an error event, so the
# configure script is used.
build_source() {
  local work=$1 prefix=$2
  local flags=() tarball
  tarball=$(compgen -G "$work/librdkafka_*.orig.tar.*" | head -n 1)
  mkdir -p "$work/tree"
  tar -xf "$tarball" -C "$work/tree" --strip-components=1 || return 1
  if [[ $rdkafka_malloc == mimalloc ]]; then
    # Loaded behind libc, as a library of a library always is, mimalloc serves only its mi_ names.
    flags+=(--CFLAGS="-include $root/cmake/rdkafka_mimalloc.h"
      --LDFLAGS="-Wl,--no-as-needed -lmimalloc")
  fi
  local cc=cc
  command -v ccache >/dev/null && cc="ccache cc"
  (cd "$work/tree" &&
    ./configure --prefix="$prefix" --cc="$cc" --disable-debug-symbols --no-download \
      --enable-ssl --enable-gssapi --enable-zstd --enable-zlib --enable-lz4-ext --enable-curl \
      "${flags[@]}" &&
    grep -q 'WITH_SSL 1' config.h && grep -q 'WITH_ZSTD 1' config.h &&
    make -j"$(nproc)" -C src && make -C src install)
}

# Takes the newest private build that is there, is of the wanted allocator, and was not moved away
# from the prefix it was built for.
use_private_build() {
  local prefix
  while read -r prefix; do
    if [[ -e $prefix/lib/librdkafka.so && $(cat "$prefix/malloc") == "$rdkafka_malloc" ]] &&
      grep -qx "prefix=$prefix" "$prefix/lib/pkgconfig/rdkafka.pc"; then
      basename "$prefix" >"$deps/rdkafka.prefix"
      return 0
    fi
  done < <(compgen -G "$deps/librdkafka-*/malloc" | xargs -r -d '\n' dirname | sort -rV)
  return 1
}

# Leaves its log and its sources behind only when it fails.
build_private() {
  local work=$deps/librdkafka.work log=$deps/librdkafka.log archive suite version name
  : >"$log"
  for archive in $(apt_archives); do
    for suite in sid testing stable; do
      rm -rf "$work" && mkdir -p "$work"
      download_source "$archive" "$suite" "$work" >>"$log" 2>&1 || continue
      version=$(compgen -G "$work/librdkafka_*.orig.tar.*" | sed -E 's/.*librdkafka_(.*)\.orig\..*/\1/')
      dpkg --compare-versions "$version" ge "$rdkafka_minimum" || continue
      name=librdkafka-$version
      [[ $rdkafka_malloc == system ]] || name+=-$rdkafka_malloc
      say "building librdkafka $version into .deps/$name (about half a minute)"
      rm -rf "${deps:?}/$name"
      build_source "$work" "$deps/$name" >>"$log" 2>&1 || return 1
      echo "$rdkafka_malloc" >"$deps/$name/malloc"
      echo "$name" >"$deps/rdkafka.prefix"
      rm -rf "$work" "$log"
      return 0
    done
  done
  return 1
}

provide_librdkafka() {
  case $rdkafka_malloc in
    system | mimalloc) ;;
    *) say "STRANDLINE_RDKAFKA_MALLOC must be system or mimalloc, not '$rdkafka_malloc'" >&2
       return 2 ;;
  esac
  if [[ $rdkafka_malloc == system ]] && pkg-config --atleast-version=$rdkafka_minimum rdkafka; then
    rm -f "$deps/rdkafka.prefix"
    return 0
  fi
  use_private_build && return 0
  rm -f "$deps/rdkafka.prefix"
  build_private && return 0
  rm -f "$deps/rdkafka.prefix"
  install_packages librdkafka-dev || return 1
  # The reason is the first refusal; what came after it concerns archives tried instead.
  say "no newer librdkafka could be built ($(grep -m 1 -E '^E: |[Ee]rror' "$deps/librdkafka.log" ||
    echo "no archive offers one")): using the system's $(pkg-config --modversion rdkafka);" \
    "combinations unsafe with it are refused at start-up. Log: .deps/librdkafka.log"
}
