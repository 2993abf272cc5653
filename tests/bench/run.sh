#!/usr/bin/env bash
# What `./dev bench` runs: run.sh [main|tunnel|soak] [OPTIONS of it]. See README.md here.
set -euo pipefail
cd "$(dirname "$0")"
export PYTHONPATH=$PWD/../e2e PYTHONDONTWRITEBYTECODE=1
name=main
case ${1:-} in
  main | tunnel | soak) name=$1; shift ;;
esac
case $name in
  main) exec python3 main_job.py "$@" ;;
  tunnel) exec python3 tunnel.py "$@" ;;
  soak) BERTH_SOAK_SECONDS=${1:-600} exec ../../build/tests/integration_tunnel_soak ;;
esac
