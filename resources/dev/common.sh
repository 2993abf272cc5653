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
  local name=$1 prefix=$2 log=$3 options
  requireCommand dpkg-source "Install the package dpkg-dev."
  requireCommand patch "Install the package patch."
  if ! downloadSource "$name" "$prefix" "$log"; then
    mkdir -p apt/lists/partial
    printf 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s trixie main\n' "$(debianMirror)" >apt/sources.list
    options=(-o "Dir::Etc::sourcelist=$PWD/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
      -o "Dir::State::lists=$PWD/apt/lists" -o "Dir::Cache=$PWD/apt" -o APT::Sandbox::User=)
    { apt-get -q "${options[@]}" update >>"$log" 2>&1 && downloadSource "$name" "$prefix" "$log" "${options[@]}"; } ||
      die "The source package of $name could not be fetched." "Check the network; the log is $log."
  fi
  dpkg-source --no-check -x "${name}_$prefix"*.dsc source >>"$log" 2>&1 ||
    die "The source package of $name is not version $prefix or is damaged." "The log is $log."
}

# downloadSource NAME PREFIX LOG [APT OPTION...]: the newest version that the mirror really has, since one may be behind
# its own lists.
downloadSource() {
  local name=$1 prefix=$2 log=$3 version
  shift 3
  for version in $(apt-cache "$@" showsrc "$name" 2>/dev/null |
    awk -v v="$prefix" '$1 == "Version:" && index($2, v) == 1 { print $2 }' | sort -rVu); do
    apt-get -q "$@" source --download-only "$name=$version" >>"$log" 2>&1 && return
    rm -f "${name}_"*
  done
  return 1
}

# keepPatchedSource NAME SERIES: Debian's source of NAME in the cache under src/NAME, with resources/dev/NAME.patch applied.
# Does nothing when it is there: a tree that is complete carries the patch it was made with.
keepPatchedSource() {
  local name=$1 series=$2 patch=$kSourceDir/resources/dev/$1.patch target=$kCacheDir/src/$1 work
  cmp -s "$patch" "$target/berth.patch" && return
  mkdir -p "$kCacheDir/src"
  work=$(mktemp -d "$kCacheDir/src/.$name.XXXXXX")
  trap "rm -rf '$work'" EXIT
  cd "$work"
  say "Fetching $name ${series}x from Debian"
  fetchDebianSource "$name" "$series" "$kCacheDir/$name.log"
  patch -s -p1 -d source <"$patch" || die "$name.patch does not fit this $name." "Update resources/dev/$name.patch."
  cp "$patch" source/berth.patch
  rm -rf "$target"
  mv -T source "$target"
}
