#!/usr/bin/env bash
# Fetches lwIP's source from Debian 13 and applies our patches. Prints the folder; does nothing when it is there.
# The folder's name holds a digest of the patches, so that a changed patch makes a new one.
set -euo pipefail
. "$(dirname "$0")/common.sh"

readonly kPatches="$kSourceDir/tunnel/netstack/patches"
readonly kVersion=2.2.1
readonly kTarget="$kCacheDir/src/lwip-$kVersion-$(cat "$kPatches"/*.patch | sha256sum | cut -c 1-12)"

# apt's own lists when they have the source package, else lists of our own made for this one download.
fetchSource() {
  apt-get source -q --download-only "lwip=$1" >"$kCacheDir/lwip.log" 2>&1 && return
  mkdir -p apt/lists/partial
  printf 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s trixie main\n' "$(debianMirror)" >apt/sources.list
  local options=(-q -o "Dir::Etc::sourcelist=$PWD/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$PWD/apt/lists" -o "Dir::Cache=$PWD/apt" -o APT::Sandbox::User=)
  apt-get "${options[@]}" update >>"$kCacheDir/lwip.log" 2>&1 &&
    apt-get "${options[@]}" source --download-only lwip >>"$kCacheDir/lwip.log" 2>&1
}

if [ ! -d "$kTarget" ]; then
  requireCommand dpkg-source "Install the package dpkg-dev."
  requireCommand patch "Install the package patch."
  mkdir -p "$kCacheDir/src"
  work=$(mktemp -d "$kCacheDir/src/lwip.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  cd "$work"
  say "Fetching lwIP $kVersion from Debian"
  version=$(apt-cache showsrc lwip 2>/dev/null | awk -v v="$kVersion" '$1 == "Version:" && index($2, v) == 1 { print $2; exit }')
  fetchSource "${version:-$kVersion}" || die "The source package of lwIP could not be fetched." "Check the network; the log is $kCacheDir/lwip.log."
  dpkg-source --no-check -x lwip_"$kVersion"*.dsc source >>"$kCacheDir/lwip.log" 2>&1 ||
    die "The source package of lwIP is not version $kVersion or is damaged." "The log is $kCacheDir/lwip.log."
  for patch in "$kPatches"/*.patch; do
    patch -s -p1 -d source <"$patch" || die "$patch does not fit lwIP $kVersion."
  done
  mv -T source "$kTarget" 2>/dev/null || [ -d "$kTarget" ]  # another run may have been faster
fi
echo "$kTarget"
