#!/usr/bin/env bash
# OpenSSL for the agent, with what an agent uses and nothing else: less than half of what Debian's archives put into a
# static program. Leaves libssl.a and libcrypto.a in the cache, under openssl; does nothing when they are there. The
# headers stay the system's: same series, same interface.
set -euo pipefail
. "$(dirname "$0")/common.sh"

readonly kTarget=$kCacheDir/openssl
readonly kWithout=(
  # kinds of libraries and programs
  shared module legacy engine dso apps tests docs
  # protocols
  quic dtls ssl3 tls1 tls1_1 srp srtp psk nextprotoneg ssl-trace sctp
  # formats and services around certificates
  cms cmp ct ts ocsp http comp
  # algorithms that no server of today and no SSH client of today needs
  aria camellia seed idea bf cast rc2 rc4 md4 mdc2 whirlpool rmd160 sm2 sm3 sm4 gost dsa ec2m siv siphash scrypt argon2
  ocb ml-dsa slh-dsa
)

# What was built carries the recipe that it was built by.
isCurrent() { cmp -s <(cat "$kSourceDir"/resources/dev/openssl.{sh,patch}) "$kTarget/berth.recipe"; }

isCurrent && exit 0
(keepPatchedSource openssl 3.5.)
mkdir -p "$kCacheDir"
work=$(mktemp -d "$kCacheDir/.openssl.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
say "Compiling OpenSSL for the agent"
readonly kLog=$kCacheDir/openssl.log
{ CC=gcc-14 perl "$kCacheDir/src/openssl/Configure" --release --openssldir=/etc/ssl "${kWithout[@]/#/no-}" \
    -Os -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections && make -s -j"$(nproc)" build_libs; } >"$kLog" 2>&1 ||
  { tail -n 20 "$kLog" >&2; die "OpenSSL could not be compiled." "The whole log is $kLog."; }
mkdir result
mv libssl.a libcrypto.a result/
cat "$kSourceDir"/resources/dev/openssl.{sh,patch} >result/berth.recipe
rm -rf "$kTarget"
mv -T result "$kTarget" 2>/dev/null || isCurrent # another run may have been faster
