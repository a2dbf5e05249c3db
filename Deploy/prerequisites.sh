# Sourced by Deploy/quickstart and Tests/run: what the machine needs, checked before anything is built.
# shellcheck shell=bash

# Debian packages to build and run the suite (iproute2: ss names the holder of a busy port), and those that only the
# tests need.
BUILD_PACKAGES="libssl-dev libsqlite3-dev libpq-dev libopenblas-dev libprotobuf-c-dev zlib1g-dev pkg-config python3 python3-venv python3-pip iproute2"
TEST_PACKAGES="protobuf-c-compiler protobuf-compiler golang-go golang-golang-x-mod-dev curl postgresql-15 openssl strace"
# Of the long tests: OpenStack Swift (Debian's package swift is no language), whose servers the tests start themselves.
LONG_TEST_PACKAGES="swift-proxy swift-account swift-container swift-object"

say() { printf '%s\n' "$*"; }
fail() { printf 'error: %s\n' "$1" >&2; exit "${2:-1}"; }

# swift_build OPTION...: the one way in which the suite is built. SwiftPM writes the traits of a package in the order of a
# set: without one order for all runs, the next build would compile such packages, and all above them, again.
swift_build() { SWIFT_DETERMINISTIC_HASHING=1 swift build -c release "$@"; }

require_swift() {
  local version
  command -v swift >/dev/null 2>&1 || fail "no swift on PATH. Install the Swift 6.3 toolchain for Debian from swift.org/install and put its
  usr/bin on PATH. (Debian's own package named swift is OpenStack's object store, not the language.)" 2
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -1)
  if [ -z "$version" ] || [ "$(printf '6.3\n%s\n' "$version" | sort -V | head -1)" != 6.3 ]; then
    fail "swift is ${version:-of an unknown version}; 6.3 or later is needed. It comes from swift.org/install." 2
  fi
}

# require_disk FOLDER MIB: free space where the build goes.
require_disk() {
  local free
  free=$(df -Pm "$1" | awk 'NR==2 {print $4}')
  [ "$free" -ge "$2" ] || fail "$2 MiB of disk are needed under $1, $free MiB are free. Free some, or clone elsewhere." 2
}

missing_packages() {
  local name
  for name in "$@"; do
    dpkg-query -W -f='${Status}\n' "$name" 2>/dev/null | grep -q '^install ok installed' || printf '%s ' "$name"
  done
}

# quietly COMMAND...: an installation that starts no daemon. Debian asks policy-rc.d; one that is there is the
# administrator's and is left alone, so a new daemon may then start, as the administrator wants it.
quietly() {
  local policy=/usr/sbin/policy-rc.d status as_root=""
  [ "$1" != sudo ] || as_root=sudo
  [ ! -e "$policy" ] || { "$@"; return; }
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null && $as_root chmod 755 "$policy"
  "$@"
  status=$?
  $as_root rm -f "$policy"
  return "$status"
}

# require_packages NAME...: installs what is missing, as root or by sudo; else says the exact line.
require_packages() {
  local missing as_root=""
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then as_root=sudo; else
      fail "these Debian packages are missing, and this user may not install them. As root, run:
  apt-get install -y --no-install-recommends $missing" 2
    fi
  fi
  say "installing: $missing"
  export DEBIAN_FRONTEND=noninteractive
  local installed=0
  without_cluster "$as_root" apt_install "$as_root" $missing || installed=$?
  [ "$installed" = 0 ] || fail "apt-get could not install: $missing
  Run it by hand to see why: apt-get install -y --no-install-recommends $missing"
}

apt_install() { # apt_install SUDO NAME...
  local as_root=$1
  shift
  $as_root apt-get update -qq && quietly $as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# without_cluster SUDO COMMAND...: a package of PostgreSQL that is installed meanwhile makes and starts no database of its
# own. What an administrator has decided about that stays; databases that are there are not touched.
without_cluster() {
  local as_root=$1 config=/etc/postgresql-common/createcluster.conf status=0
  shift
  if [ -e "$config" ]; then
    "$@"
    return
  fi
  printf 'create_main_cluster = false\n' | $as_root install -D -m 644 /dev/stdin "$config" || return
  "$@" || status=$?
  $as_root rm -f "$config"
  return "$status"
}

# fetch_packages FOLDER NAME...: Debian packages unpacked to FOLDER/NAME, without installing any. What is there stays.
fetch_packages() {
  local folder=$1 name scratch
  shift
  mkdir -p "$folder"
  for name in "$@"; do
    [[ $name =~ ^[a-z0-9][a-z0-9.+-]+$ ]] || fail "'$name' is no name of a Debian package" 64
    [ ! -d "$folder/$name" ] || continue
    scratch=$(mktemp -d "$folder/.fetch.XXXXXX")
    say "fetching $name"
    (cd "$scratch" && apt-get download -qq -o APT::Sandbox::User=root "$name" >/dev/null) && dpkg-deb -x "$scratch"/*.deb "$scratch/unpacked" || {
      rm -rf "$scratch"
      fail "apt-get download $name did not work: is it in this release? apt-get update, or leave it out of --packages"
    }
    mv "$scratch/unpacked" "$folder/$name"
    rm -rf "$scratch"
  done
}
