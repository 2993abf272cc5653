#!/usr/bin/env bash
# Fetches libssh's source from Debian 13 and applies libssh.patch; CMake compiles it from there without GSSAPI, as the
# packaged archive cannot be linked statically. Does nothing when it is there.
set -euo pipefail
. "$(dirname "$0")/common.sh"

readonly kSeries=0.11. # the series whose server interface core/agent/ssh is written for
readonly kPatch=$kSourceDir/resources/dev/libssh.patch
readonly kTarget=$kCacheDir/src/libssh

# A tree that is complete carries the patch it was made with.
cmp -s "$kPatch" "$kTarget/berth.patch" && exit 0

mkdir -p "$kCacheDir/src"
work=$(mktemp -d "$kCacheDir/src/.libssh.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
say "Fetching libssh ${kSeries}x from Debian"
fetchDebianSource libssh "$kSeries" "$kCacheDir/libssh.log"
patch -s -p1 -d source <"$kPatch" || die "libssh.patch does not fit this libssh." "Update resources/dev/libssh.patch."
cp "$kPatch" source/berth.patch
rm -rf "$kTarget"
mv -T source "$kTarget"
