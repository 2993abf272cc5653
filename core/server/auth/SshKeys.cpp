// The private key's layout is OpenSSH's PROTOCOL.key: magic, cipher and kdf "none", one key, then the private section
// padded with 1, 2, 3, ... to a multiple of eight.
#include "core/server/auth/SshKeys.h"

#include <sodium.h>

#include <array>

#include "core/base/Random.h"
#include "core/base/Secret.h"

namespace berth::server {

namespace {

constexpr std::string_view kKeyType = "ssh-ed25519";
constexpr std::size_t kBlockSize = 8;
constexpr std::size_t kPemWidth = 70;

// RFC 4251 5: uint32 and string.
void putNumber(std::string& out, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((number >> shift) & 0xff);
}
void putString(std::string& out, std::string_view text) {
  putNumber(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

std::string publicBlob(std::string_view publicKey) {
  std::string blob;
  putString(blob, kKeyType);
  putString(blob, publicKey);
  return blob;
}

std::string privateSection(std::string_view publicKey, std::string_view secretKey) {
  std::array<std::byte, 4> check;
  fillRandom(check);
  std::string section(asText(check));
  section += asText(check);
  section += publicBlob(publicKey);
  putString(section, secretKey);
  putString(section, "");  // comment
  for (char padding = 1; section.size() % kBlockSize != 0; ++padding) section += padding;
  return section;
}

std::string privatePem(std::string_view publicKey, std::string_view secretKey) {
  std::string body("openssh-key-v1\0", 15);
  putString(body, "none");
  putString(body, "none");
  putString(body, "");
  putNumber(body, 1);
  putString(body, publicBlob(publicKey));
  std::string section = privateSection(publicKey, secretKey);
  putString(body, section);
  wipe(section.data(), section.size());

  std::string pem = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  const auto text = toBase64(asBytes(body));
  for (std::size_t i = 0; i < text.size(); i += kPemWidth) pem.append(text, i, kPemWidth) += '\n';
  wipe(body.data(), body.size());
  return pem + "-----END OPENSSH PRIVATE KEY-----\n";
}

}  // namespace

store::GitSshKeyRecord makeGitSshKey(UserId user, WallTime now) {
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> publicKey;
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secretKey;
  crypto_sign_keypair(publicKey.data(), secretKey.data());
  const std::string_view publicText(reinterpret_cast<const char*>(publicKey.data()), publicKey.size());
  const std::string_view secretText(reinterpret_cast<const char*>(secretKey.data()), secretKey.size());
  store::GitSshKeyRecord record{
      .userId = user,
      .createdAt = now,
      .updatedAt = now,
      .privateKey = privatePem(publicText, secretText),
      .publicKey = std::format("{} {}\n", kKeyType, toBase64(asBytes(publicBlob(publicText)))),
  };
  wipe(secretKey.data(), secretKey.size());
  return record;
}

}  // namespace berth::server
