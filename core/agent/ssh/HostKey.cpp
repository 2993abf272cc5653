#include "core/agent/ssh/HostKey.h"

#include <sodium/crypto_hash_sha256.h>

#include "core/base/Bytes.h"

namespace berth::agent::ssh {

namespace {

// RFC 8410 7: OneAsymmetricKey, version 0, id-Ed25519, an OCTET STRING in an OCTET STRING of 32 bytes.
constexpr unsigned char kKeyHeader[] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                        0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};

}  // namespace

std::string hostKeyPem(std::string_view owner, std::string_view workspace, std::string_view agent) {
  std::string names = "berth ssh host key 1";
  for (const std::string_view name : {owner, workspace, agent}) {
    names += '\0';
    names += name;
  }
  std::array<unsigned char, crypto_hash_sha256_BYTES> seed{};
  crypto_hash_sha256(seed.data(), reinterpret_cast<const unsigned char*>(names.data()), names.size());

  Bytes key(sizeof kKeyHeader + seed.size());
  std::memcpy(key.data(), kKeyHeader, sizeof kKeyHeader);
  std::memcpy(key.data() + sizeof kKeyHeader, seed.data(), seed.size());
  return "-----BEGIN PRIVATE KEY-----\n" + toBase64(key) + "\n-----END PRIVATE KEY-----\n";
}

}  // namespace berth::agent::ssh
