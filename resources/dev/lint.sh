#!/usr/bin/env bash
# clang-format over everything, clang-tidy over what changed since REV (default: the last commit on origin/main).
#   lint.sh [REV]
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$kSourceDir"

git ls-files -z '*.cpp' '*.h' | xargs -0 clang-format-19 --dry-run -Werror
base=${1:-$(git merge-base HEAD origin/main 2>/dev/null || git rev-parse HEAD~1)}
mapfile -t changed < <(git diff --name-only --diff-filter=AM "$base" -- 'core/*.cpp' 'tunnel/*.cpp' 'app/*.cpp')
[ ${#changed[@]} -gt 0 ] || { say "No source file changed since $base."; exit 0; }
[ -f build-dev/compile_commands.json ] || cmake --preset dev >/dev/null
clang-tidy-19 -p build-dev --quiet "${changed[@]}"
