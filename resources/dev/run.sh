#!/usr/bin/env bash
# The main job: a running Docker workspace named "quickstart". With a display the app does it, without one this
# script does the same in the terminal. May be interrupted and run again at any time.
#   run.sh [--terminal]
set -euo pipefail
. "$(dirname "$0")/common.sh"

readonly kBerth=$kSourceDir/build/bin/berth
readonly kWorkspace=quickstart
readonly kPort=${BERTH_PORT:-7080}
readonly kUrl=http://127.0.0.1:$kPort
readonly kServerDir=${XDG_DATA_HOME:-$HOME/.local/share}/berth/server
readonly kLog=${XDG_STATE_HOME:-$HOME/.local/state}/berth/server.log
readonly kPasswordFile=$kServerDir/first-user-password
readonly kStartSeconds=20

hasDisplay() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; }
answers() { curl -fsS --max-time 2 "$kUrl/api/v2/buildinfo" >/dev/null 2>&1; }
isBerth() { curl -fsS --max-time 2 "$kUrl/api/v2/buildinfo" 2>/dev/null | grep -q '"version"'; }

step() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }

startServer() {
  if answers; then
    isBerth || die "Port $kPort is taken by another program." "Stop it, or choose another with BERTH_PORT=7081 ./dev run."
    step "Server on $kUrl: running"
    return
  fi
  mkdir -p -m 700 "$kServerDir" "$(dirname "$kLog")"
  setsid nohup "$kBerth" --global-config "$kServerDir" server --http-address "127.0.0.1:$kPort" --access-url "$kUrl" \
    >>"$kLog" 2>&1 </dev/null &
  local pid=$!
  for _ in $(seq $((kStartSeconds * 10))); do
    if answers; then step "Server on $kUrl: started (log: $kLog)"; return; fi
    kill -0 "$pid" 2>/dev/null || { tail -n 3 "$kLog" >&2; die "The server did not start." "Its log is $kLog."; }
    sleep 0.1
  done
  die "The server has not answered for $kStartSeconds s." "Its log is $kLog."
}

# A user name that servers take: letters, digits and single dashes.
userName() { id -un | tr -c 'a-zA-Z0-9\n' - | sed 's/--*/-/g; s/^-//; s/-$//'; }

signIn() {
  if [ "$("$kBerth" whoami -o json 2>/dev/null | grep -c "$kUrl")" != 0 ]; then step "Signed in"; return; fi
  local user
  user=$(userName)
  if [ ! -s "$kPasswordFile" ]; then
    (umask 077; head -c 18 /dev/urandom | base64 >"$kPasswordFile")
  fi
  "$kBerth" login "$kUrl" --first-user-username "$user" --first-user-email "$user@localhost.localdomain" \
    --first-user-password "$(cat "$kPasswordFile")" --first-user-full-name "$user" --first-user-trial=false >/dev/null ||
    die "Signing in to $kUrl failed." "If you made its first user yourself, run 'build/bin/berth login $kUrl', then this again."
  step "Signed in as $user, $user@localhost.localdomain (password kept in $kPasswordFile)"
}

# "running", "stopped", ... or nothing when there is no such workspace.
workspaceStatus() {
  "$kBerth" list -o json 2>/dev/null | python3 -c '
import json, sys
for workspace in json.load(sys.stdin):
    if workspace["name"] == sys.argv[1]:
        print(workspace["latest_build"]["status"])
' "$kWorkspace" 2>/dev/null || true
}

bringUp() {
  case "$(workspaceStatus)" in
    running) step "Workspace $kWorkspace: running" ;;
    "") step "Creating the workspace $kWorkspace"; "$kBerth" create "$kWorkspace" --template docker -y ;;
    failed) step "Repairing the workspace $kWorkspace"; "$kBerth" restart "$kWorkspace" -y ;;
    *) step "Starting the workspace $kWorkspace"; "$kBerth" start "$kWorkspace" -y ;;
  esac
}

checkTunnel() {
  local seen
  seen=$("$kBerth" ssh "$kWorkspace" -- 'echo "$(. /etc/os-release; echo "$PRETTY_NAME")"') ||
    die "The workspace runs, but cannot be reached." "Try 'build/bin/berth ping $kWorkspace'; the server's log is $kLog."
  step "Reached through the tunnel: $seen"
}

explain() {
  cat <<TXT

Your workspace "$kWorkspace" is running.

  open a shell      build/bin/berth ssh $kWorkspace
  for IDEs, scp     build/bin/berth config-ssh    then: ssh ${kWorkspace}.coder
  stop it           build/bin/berth stop $kWorkspace
  start it again    build/bin/berth start $kWorkspace
  delete it         build/bin/berth delete $kWorkspace
  end the server    ./dev stop      (a running workspace goes on)
TXT
}

if [ "${1:-}" != --terminal ] && hasDisplay; then
  exec "$kSourceDir/build/bin/berth-desktop"
fi
[ -x "$kBerth" ] || die "$kBerth is not there." "Run './dev build' first."
startServer
signIn
bringUp
checkTunnel
explain
