#!/usr/bin/env bash
# Deletes what './dev run' made (workspace, server with its data) and the build directories. Caches stay.
set -euo pipefail
. "$(dirname "$0")/common.sh"
readonly kServerDir=${XDG_DATA_HOME:-$HOME/.local/share}/berth/server

if [ -d "$kServerDir" ]; then
  [ ! -x "$kSourceDir/build/bin/berth" ] || "$kSourceDir/build/bin/berth" delete quickstart -y 2>/dev/null ||
    warn "The workspace 'quickstart' was not deleted (no server answers, or there is none)."
  "$kSourceDir/resources/dev/stop.sh"
  rm -rf "$kServerDir"
fi
rm -rf "$kSourceDir"/build "$kSourceDir"/build-*
say "Cleaned. Packages and caches ($kCacheDir) are kept."
