#!/usr/bin/env bash
# OpenSSL's source; cmake/Openssl.cmake compiles the parts that the agent needs. The series is that of the headers which
# everything else is compiled with.
set -euo pipefail
. "$(dirname "$0")/common.sh"
keepPatchedSource openssl 3.5.
