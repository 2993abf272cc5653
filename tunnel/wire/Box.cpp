#include "tunnel/wire/Box.h"

#include <sodium.h>

namespace berth::tunnel::wire {

namespace {

unsigned char* octets(std::byte* data) { return reinterpret_cast<unsigned char*>(data); }
const unsigned char* octets(const std::byte* data) { return reinterpret_cast<const unsigned char*>(data); }

}  // namespace

static_assert(Box::kNonceSize == crypto_box_NONCEBYTES && Box::kOverhead == crypto_box_MACBYTES);

std::optional<Box> Box::makeFrom(const KeyBytes& own, const KeyBytes& theirs) {
  Box box;
  if (crypto_box_beforenm(octets(box.m_shared.data()), octets(theirs.data()), octets(own.data())) != 0)
    return std::nullopt;
  return box;
}

Bytes Box::seal(ByteView plain, const Nonce& nonce) const {
  Bytes out(plain.size() + kOverhead);
  crypto_box_easy_afternm(octets(out.data()), octets(plain.data()), plain.size(), octets(nonce.data()),
                          octets(m_shared.data()));
  return out;
}

std::optional<Bytes> Box::open(ByteView sealed, const Nonce& nonce) const {
  if (sealed.size() < kOverhead) return std::nullopt;
  Bytes out(sealed.size() - kOverhead);
  if (crypto_box_open_easy_afternm(octets(out.data()), octets(sealed.data()), sealed.size(), octets(nonce.data()),
                                   octets(m_shared.data())) != 0)
    return std::nullopt;
  return out;
}

}  // namespace berth::tunnel::wire
