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

# fetchDebianSource NAME PREFIX LOG: unpacks Debian 13's source package NAME, of a version that begins with PREFIX, as
# ./source in the current folder. Takes apt's own lists when they have it, else lists made for this one download.
fetchDebianSource() {
  local name=$1 prefix=$2 log=$3 version options
  requireCommand dpkg-source "Install the package dpkg-dev."
  requireCommand patch "Install the package patch."
  version=$(apt-cache showsrc "$name" 2>/dev/null |
    awk -v v="$prefix" '$1 == "Version:" && index($2, v) == 1 { print $2 }' | sort -V | tail -1)
  if [ -z "$version" ] || ! apt-get source -q --download-only "$name=$version" >"$log" 2>&1; then
    mkdir -p apt/lists/partial
    printf 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s trixie main\n' "$(debianMirror)" >apt/sources.list
    options=(-q -o "Dir::Etc::sourcelist=$PWD/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
      -o "Dir::State::lists=$PWD/apt/lists" -o "Dir::Cache=$PWD/apt" -o APT::Sandbox::User=)
    { apt-get "${options[@]}" update && apt-get "${options[@]}" source --download-only "$name"; } >>"$log" 2>&1 ||
      die "The source package of $name could not be fetched." "Check the network; the log is $log."
  fi
  dpkg-source --no-check -x "${name}_$prefix"*.dsc source >>"$log" 2>&1 ||
    die "The source package of $name is not version $prefix or is damaged." "The log is $log."
}
