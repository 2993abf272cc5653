#!/usr/bin/env bash
# What `./dev bench` runs; see README.md here.
set -euo pipefail
cd "$(dirname "$0")"
export PYTHONPATH=$PWD/../e2e PYTHONDONTWRITEBYTECODE=1
exec python3 main_job.py "$@"
