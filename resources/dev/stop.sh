#!/usr/bin/env bash
# Ends the server that `./dev run` started. Running workspaces go on.
set -euo pipefail
. "$(dirname "$0")/common.sh"
readonly kServerDir=${XDG_DATA_HOME:-$HOME/.local/share}/berth/server

pids=$(pgrep -f -- "--global-config $kServerDir server" || true)
[ -n "$pids" ] || { say "No server of './dev run' is running."; exit 0; }
kill -INT $pids
for _ in $(seq 50); do kill -0 $pids 2>/dev/null || { say "Server stopped."; exit 0; }; sleep 0.1; done
die "The server did not end within 5 s." "Its processes are: $pids"
