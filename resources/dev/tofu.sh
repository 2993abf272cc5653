#!/usr/bin/env bash
# Provides OpenTofu and the two providers of the Docker template. What is found is used: `tofu` on PATH, providers from
# the public registry. What is not is built from its Go module, once, into the cache:
#   $XDG_CACHE_HOME/berth/tools/tofu
#   $XDG_CACHE_HOME/berth/providers/   a filesystem mirror (registry.opentofu.org/<namespace>/<type>/<version>/<platform>)
set -euo pipefail
. "$(dirname "$0")/common.sh"

readonly kTofuVersion=1.12.6 kCoderVersion=2.20.0 kDockerVersion=4.6.0
readonly kToolsDir=$kCacheDir/tools kMirrorDir=$kCacheDir/providers
readonly kPlatform=linux_$(dpkg --print-architecture)
readonly kGoModule=(env CGO_ENABLED=0 go build -trimpath -mod=readonly)

registryAnswers() {
  curl -fsS --max-time 8 https://registry.opentofu.org/.well-known/terraform.json >/dev/null 2>&1
}

# buildTool FOLDER PACKAGE OUTPUT LINKER_FLAGS
buildTool() {
  local folder=$kSourceDir/resources/dev/tools/$1 part
  requireGo "$folder"
  part=$(mktemp -d "$kCacheDir/build.XXXXXX")
  if ! (cd "$folder" && "${kGoModule[@]}" -ldflags "-s -w $4" -o "$part/out" "$2") 2>"$part/log"; then
    tail -n 10 "$part/log" >&2
    grep -q 'not available\|403 Forbidden' "$part/log" && warn "The module proxy refused a pinned version in $folder/go.mod."
    die "'$1' could not be built." "Check the network (the Go module proxy) and free disk space, then run this again."
  fi
  mkdir -p "$(dirname "$3")"
  mv "$part/out" "$3"
  rm -rf "$part"
}

requireGo() {
  requireCommand go "OpenTofu is built with Go: install Go $(awk '$1=="go"{print $2}' "$1/go.mod") or newer, or put 'tofu' on PATH."
}

provideTofu() {
  [ ! -x "$kToolsDir/tofu" ] || return 0
  command -v tofu >/dev/null && return 0
  say "Building OpenTofu $kTofuVersion from its Go module (about 4 minutes, once)"
  buildTool tofu github.com/opentofu/opentofu/cmd/tofu "$kToolsDir/tofu" "-X github.com/opentofu/opentofu/version.dev=no"
}

# provideProvider NAMESPACE TYPE VERSION FOLDER PACKAGE
provideProvider() {
  local version=$1/$2/$3 file
  file=$kMirrorDir/registry.opentofu.org/$version/$kPlatform/terraform-provider-$2_v$3
  if [ ! -x "$file" ]; then
    say "Building the provider $1/$2 $3 from its Go module (once)"
    buildTool "$4" "$5" "$file" "-X main.version=$3"
  fi
  # The same under the name that Terraform looks for, which follows links to whole packages only.
  mkdir -p "$kMirrorDir/registry.terraform.io/$version"
  ln -sfn "../../../../registry.opentofu.org/$version/$kPlatform" "$kMirrorDir/registry.terraform.io/$version/$kPlatform"
}

provideProviders() {
  if [ ! -d "$kMirrorDir" ] && [ -z "${BERTH_BUILD_PROVIDERS:-}" ] && registryAnswers; then return; fi
  provideProvider coder coder "$kCoderVersion" provider-coder github.com/coder/terraform-provider-coder/v2
  provideProvider kreuzwerker docker "$kDockerVersion" provider-docker github.com/terraform-providers/terraform-provider-docker
}

mkdir -p "$kToolsDir"
provideProviders
provideTofu
