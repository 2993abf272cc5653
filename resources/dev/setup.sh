#!/usr/bin/env bash
# Installs what building and running Berth needs. May be run again at any time; does nothing when all is there.
#   setup.sh            everything
#   setup.sh build      only what compiling needs
set -euo pipefail
. "$(dirname "$0")/common.sh"
. "$kSourceDir/resources/dev/packages.sh"

readonly kPinFile=/etc/apt/preferences.d/berth-trixie
readonly kSourcesFile=/etc/apt/sources.list.d/berth-trixie.sources

debianVersion() { . /etc/os-release && [ "${ID:-}" = debian ] && echo "${VERSION_ID:-}"; }

# Debian 13's packages, sources included (lwIP, libssh and OpenSSL are compiled from them). On Debian 12 they wait at priority
# 100, so that nothing else of the system moves to them.
addTrixie() {
  [ -s "$kSourcesFile" ] && return
  say "Adding Debian 13 package sources ($kSourcesFile)"
  asRoot tee "$kSourcesFile" >/dev/null <<TXT
Types: deb deb-src
URIs: $(debianMirror)
Suites: trixie trixie-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
TXT
  if [ "$(debianVersion)" = 12 ]; then
    printf 'Package: *\nPin: release n=trixie*\nPin-Priority: 100\n' | asRoot tee "$kPinFile" >/dev/null
  fi
}

# missingPackages NAME|NAME>=VERSION ...: the names of those that are not installed, or only older.
missingPackages() {
  local package name minimum status version
  for package in "$@"; do
    name=${package%%>=*} minimum=0
    [ "$name" = "$package" ] || minimum=${package#*>=}
    read -r status version < <(dpkg-query -W -f '${db:Status-Status} ${Version}\n' "$name" 2>/dev/null || echo absent)
    [ "$status" = installed ] && dpkg --compare-versions "$version" ge "$minimum" || echo "$name"
  done
}

installPackages() {
  local missing
  mapfile -t missing < <(missingPackages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing ${#missing[@]} Debian packages"
  addTrixie
  asRoot apt-get update -q >/dev/null || die "'apt-get update' failed." "Check the network and /etc/apt; then run this again."
  asRoot env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -t trixie "${missing[@]}" >"$kCacheDir/apt.log" 2>&1 ||
    { tail -n 20 "$kCacheDir/apt.log" >&2; die "Packages could not be installed." "The whole log is $kCacheDir/apt.log."; }
}

case "$(debianVersion)" in
  12 | 13) ;;
  *) die "Berth's set-up knows Debian 12 and 13; this is something else." \
    "On another system install the packages of resources/dev/packages.sh by its own names, then run './dev build'." ;;
esac

mkdir -p "$kCacheDir"
wanted=("${kBuildPackages[@]}" "${kDesktopPackages[@]}")
if [ "${1:-all}" = all ]; then
  wanted+=("${kTestPackages[@]}" "${kLintPackages[@]}" "${kRunPackages[@]}")
  command -v docker >/dev/null && command -v dockerd >/dev/null || wanted+=(docker.io)
fi
installPackages "${wanted[@]}"

for source in lwip libssh openssl; do
  [ ! -x "$kSourceDir/resources/dev/$source.sh" ] || "$kSourceDir/resources/dev/$source.sh" >/dev/null
done
