#!/bin/bash
# Fetches libssh's Debian source package into the user's cache and applies libssh.patch; CMake compiles it from there
# without GSSAPI (the packaged archive cannot be linked statically). Does nothing when that is done already.
# Needs deb-src lines for trixie, dpkg-dev and patch.
set -euo pipefail

readonly kSeries=0.11 # the series whose server interface core/agent/ssh is written for
readonly kCache=${XDG_CACHE_HOME:-$HOME/.cache}/berth/src
readonly kPatch=$(dirname "$(readlink -f "$0")")/libssh.patch

die() {
  echo "libssh.sh: $*" >&2
  exit 1
}

# A tree that is complete carries the patch it was made with.
cmp -s "$kPatch" "$kCache/libssh/berth.patch" && exit 0

version=$(apt-cache showsrc libssh 2>/dev/null | sed -n "s/^Version: \\($kSeries\\..*\\)/\\1/p" | sort -V | tail -1)
[[ -n $version ]] ||
  die "apt knows no source package libssh $kSeries: add a deb-src line for Debian 13 (trixie) and run apt-get update"

mkdir -p "$kCache"
work=$(mktemp -d "$kCache/.libssh.XXXXXX")
trap 'rm -rf "$work"' EXIT
(cd "$work" && apt-get source -qq "libssh=$version") >"$work/log" 2>&1 ||
  die "apt-get source libssh=$version failed: $(tail -1 "$work/log")"
found=("$work"/libssh-*/CMakeLists.txt)
[[ -f ${found[0]} ]] || die "apt-get source libssh=$version left no source tree (is dpkg-dev installed?)"
tree=${found[0]%/CMakeLists.txt}
patch -s -d "$tree" -p1 <"$kPatch" || die "libssh.patch does not fit libssh $version"
cp "$kPatch" "$tree/berth.patch"
rm -rf "$kCache/libssh"
mv "$tree" "$kCache/libssh"
