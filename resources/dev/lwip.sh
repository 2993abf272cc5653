#!/usr/bin/env bash
# Fetches lwIP's source from Debian 13 and applies our patches. Prints the folder; does nothing when it is there.
# The folder's name holds a digest of the patches, so that a changed patch makes a new one.
set -euo pipefail
. "$(dirname "$0")/common.sh"

readonly kPatches="$kSourceDir/tunnel/netstack/patches"
readonly kVersion=2.2.1
readonly kTarget="$kCacheDir/src/lwip-$kVersion-$(cat "$kPatches"/*.patch | sha256sum | cut -c 1-12)"

if [ ! -d "$kTarget" ]; then
  mkdir -p "$kCacheDir/src"
  work=$(mktemp -d "$kCacheDir/src/lwip.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  cd "$work"
  say "Fetching lwIP $kVersion from Debian"
  fetchDebianSource lwip "$kVersion" "$kCacheDir/lwip.log"
  for patch in "$kPatches"/*.patch; do
    patch -s -p1 -d source <"$patch" || die "$patch does not fit lwIP $kVersion."
  done
  mv -T source "$kTarget" 2>/dev/null || [ -d "$kTarget" ]  # another run may have been faster
fi
echo "$kTarget"
