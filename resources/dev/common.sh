# Shared by the scripts of ./dev. Sourced, never run.

readonly kSourceDir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly kCacheDir=${XDG_CACHE_HOME:-$HOME/.cache}/berth

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
warn() { printf '==> %s\n' "$*" >&2; }

# die WHAT [WHAT TO DO]
die() {
  printf '\033[31merror:\033[0m %s\n' "$1" >&2
  [ $# -lt 2 ] || printf '       %s\n' "$2" >&2
  exit 1
}

requireCommand() { command -v "$1" >/dev/null || die "'$1' is missing." "${2:-Install it and run this again.}"; }

asRoot() {
  if [ "$(id -u)" = 0 ]; then "$@"; return; fi
  command -v sudo >/dev/null || die "This step needs root: $*" "Run it as root, or install sudo."
  sudo "$@"
}

# The mirror that this machine's own apt uses.
debianMirror() {
  local uri
  uri=$(cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk '$1=="URIs:"&&$2~/\/debian\/?$/{print $2; exit}')
  [ -n "$uri" ] || uri=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
    awk '$1=="deb"{for(i=2;i<=NF;i++) if($i ~ /^https?:.*\/debian\/?$/){print $i; exit}}')
  [ -n "$uri" ] || die "No Debian mirror found in /etc/apt." "Add one to /etc/apt/sources.list.d and run this again."
  echo "$uri"
}
