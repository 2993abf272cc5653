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
  "$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=5 -print_final_stats=0 "build-fuzz/corpus/$name" \
    $( [ -d "tests/fuzz/seeds/$name" ] && echo "tests/fuzz/seeds/$name" ) 2>&1 | tail -n 3
done
