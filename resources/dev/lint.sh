#!/usr/bin/env bash
# clang-format over everything, clang-tidy over what changed since REV (default: the last commit on origin/main).
#   lint.sh [REV]
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$kSourceDir"

git ls-files -z '*.cpp' '*.h' | xargs -0 clang-format-19 --dry-run -Werror
# gcc 14 awaits b in "while (a && co_await b)" and in "co_return a && co_await b" whatever a says; so it does both sides
# of a "?:" there.
if git grep -nE '((while|for) \(|co_return ).*(&&|\|\||[?:]) [!(]*co_await' -- '*.cpp' '*.h'; then
  say "gcc 14 evaluates these awaits unconditionally: use nested statements."
  exit 1
fi
base=${1:-$(git merge-base HEAD origin/main 2>/dev/null || git rev-parse HEAD~1)}
mapfile -t changed < <(git diff --name-only --diff-filter=AM "$base" -- 'core/*.cpp' 'tunnel/*.cpp' 'app/*.cpp')
[ ${#changed[@]} -gt 0 ] || { say "No source file changed since $base."; exit 0; }
[ -f build-dev/compile_commands.json ] || cmake --preset dev >/dev/null
# Compiled with GCC, whose own options Clang does not know.
clang-tidy-19 -p build-dev --quiet --extra-arg=-Wno-unused-command-line-argument --extra-arg=-Wno-unknown-warning-option "${changed[@]}"
