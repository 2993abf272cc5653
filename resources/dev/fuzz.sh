#!/usr/bin/env bash
# Runs every fuzz target over its seeds and then for SECONDS each (default 10).
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$kSourceDir"

seconds=${1:-10}
cmake --preset fuzz >/dev/null
cmake --build build-fuzz -j "$(nproc)" --target fuzz_targets
for target in build-fuzz/fuzz/*; do
  [ -x "$target" ] && [ -f "$target" ] || continue
  name=$(basename "$target")
  say "$name, $seconds s"
  mkdir -p "build-fuzz/corpus/$name"
  seeds=()
  [ -d "tests/fuzz/seeds/$name" ] && seeds=("tests/fuzz/seeds/$name")
  "$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=5 -print_final_stats=0 "build-fuzz/corpus/$name" \
    "${seeds[@]}" >"build-fuzz/$name.log" 2>&1 ||
    { tail -n 60 "build-fuzz/$name.log" >&2; die "$name found something." "The input stands at the end of build-fuzz/$name.log."; }
  tail -n 1 "build-fuzz/$name.log"
done
