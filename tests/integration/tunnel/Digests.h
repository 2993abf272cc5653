// Transfers that show whether a byte was lost, changed or repeated: the receiver answers with the digest of all that
// came.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <cstring>

#include "core/base/Stream.h"

namespace berth::tunnel {

class Digest {
 public:
  Digest() : m_context(EVP_MD_CTX_new()) { EVP_DigestInit_ex(m_context, EVP_sha256(), nullptr); }
  ~Digest() { EVP_MD_CTX_free(m_context); }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
  void add(ByteView data) { EVP_DigestUpdate(m_context, data.data(), data.size()); }
  std::string finish() {
    Bytes digest(32);
    EVP_DigestFinal_ex(m_context, reinterpret_cast<unsigned char*>(digest.data()), nullptr);
    return toHex(digest);
  }

 private:
  EVP_MD_CTX* m_context;
};

// Blocks that differ, so that a lost or repeated one changes the digest.
inline Task<std::string> sendBlocks(Stream& stream, std::size_t count) {
  Digest digest;
  Bytes block(64 * 1024);
  for (std::size_t i = 0; i < count; ++i) {
    std::ranges::fill(block, static_cast<std::byte>(i));
    std::memcpy(block.data(), &i, sizeof(i));
    digest.add(block);
    EXPECT_TRUE(co_await stream.write(block));
  }
  EXPECT_TRUE(co_await stream.closeWrite());
  co_return digest.finish();
}

inline Task<void> serveDigests(std::unique_ptr<StreamListener> listener, std::size_t& received) {
  while (auto stream = co_await listener->accept()) {
    Digest digest;
    Bytes buffer(128 * 1024);
    while (auto count = co_await (*stream)->readSome(buffer)) {
      digest.add(ByteView(buffer).first(*count));
      received += *count;
    }
    const std::string text = digest.finish();
    co_await (*stream)->write(asBytes(text));
    co_await (*stream)->closeWrite();
  }
}

inline Task<std::string> readText(Stream& stream) {
  std::string text;
  Bytes buffer(1024);
  while (auto count = co_await stream.readSome(buffer)) text += asText(ByteView(buffer).first(*count));
  co_return text;
}

}  // namespace berth::tunnel
