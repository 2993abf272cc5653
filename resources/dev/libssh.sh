#!/usr/bin/env bash
# libssh's source; CMake compiles it without GSSAPI, as the packaged archive cannot be linked statically. The series is
# the one whose server interface core/agent/ssh is written for.
set -euo pipefail
. "$(dirname "$0")/common.sh"
keepPatchedSource libssh 0.11.
