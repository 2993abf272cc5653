#!/usr/bin/env bash
# Makes sure that a Docker engine answers, starting one where none does.
set -euo pipefail
. "$(dirname "$0")/common.sh"

readonly kStartSeconds=40
answers() { timeout 10 docker info >/dev/null 2>&1; }

if ! command -v docker >/dev/null; then
  die "Docker is not installed." "Run './dev setup', or install Docker Engine and run this again."
fi
answers && exit 0

if [ -n "${DOCKER_HOST:-}" ]; then
  die "No Docker engine answers at DOCKER_HOST=$DOCKER_HOST." "Start it, or unset DOCKER_HOST to use the local one."
fi
if [ "$(id -u)" != 0 ] && [ -S /var/run/docker.sock ] && ! [ -w /var/run/docker.sock ]; then
  die "You may not use Docker's socket /var/run/docker.sock." \
    "Run 'sudo usermod -aG docker $USER', sign out and in again, then repeat this."
fi
say "Starting the Docker engine"
if [ -d /run/systemd/system ]; then
  asRoot systemctl start docker
else
  requireCommand dockerd "Run './dev setup', or start your Docker engine and run this again."
  mkdir -p "$kCacheDir"
  asRoot setsid nohup dockerd >"$kCacheDir/dockerd.log" 2>&1 </dev/null &
fi
for _ in $(seq $((kStartSeconds * 5))); do
  answers && exit 0
  sleep 0.2
done
tail -n 5 "$kCacheDir/dockerd.log" >&2 2>/dev/null || true
die "The Docker engine did not start within $kStartSeconds s." "Its log is $kCacheDir/dockerd.log (or 'journalctl -u docker')."
