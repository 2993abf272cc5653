#!/usr/bin/env bash
# Makes the Docker image that local workspaces start from, once: `berth-base`, a small Debian 13 with git, curl, sudo
# and a user "coder". Built on Docker's own debian image where a registry answers, else from Debian packages.
set -euo pipefail
. "$(dirname "$0")/common.sh"

readonly kImage=berth-base:2
readonly kImagePackages=ca-certificates,curl,git,sudo,openssh-client,procps,less,nano,bash-completion,locales

makeUser() {
  cat <<'SH'
useradd --create-home --shell /bin/bash --uid 1000 coder
echo 'coder ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/coder
SH
}

fromRegistry() {
  timeout 60 docker pull -q debian:trixie-slim >/dev/null 2>&1 || return 1
  docker build -q -t "$kImage" - >/dev/null <<DOCKER
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends ${kImagePackages//,/ } && rm -rf /var/lib/apt/lists/*
RUN $(makeUser | paste -sd'&' | sed 's/&/ \&\& /g')
USER coder
WORKDIR /home/coder
DOCKER
}

fromPackages() {
  requireCommand mmdebstrap "it comes with './dev setup'"
  local root
  root=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$root'" RETURN
  makeUser > "$root/make-user"
  asRoot mmdebstrap --quiet --variant=minbase --include="$kImagePackages" \
    --customize-hook="copy-in $root/make-user /tmp" --customize-hook='chroot "$1" sh -e /tmp/make-user' \
    --customize-hook='rm "$1"/tmp/make-user' trixie - "$(debianMirror)" |
    docker import --change 'USER coder' --change 'WORKDIR /home/coder' --change 'CMD ["bash"]' - "$kImage" >/dev/null
}

docker image inspect "$kImage" berth-base:latest >/dev/null 2>&1 && exit 0
say "Making the workspace image $kImage (about a minute, once)"
fromRegistry || fromPackages || die "The workspace image could not be made." \
  "Check the messages above; 'docker info' and free disk space ('df -h') are the usual causes."
docker tag "$kImage" berth-base:latest
