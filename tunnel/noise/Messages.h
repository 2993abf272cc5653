// WireGuard's four messages (reference/tailnet.md 2.1). All integers little endian; the first byte is the type, the
// next three are zero.
//
//   1 initiation   148   sender u32 | ephemeral 32 | AEAD(static) 48 | AEAD(timestamp) 28 | mac1 16 | mac2 16
//   2 response      92   sender u32 | receiver u32 | ephemeral 32 | AEAD(nothing) 16 | mac1 16 | mac2 16
//   3 cookie reply  64   receiver u32 | nonce 24 | XAEAD(cookie) 32
//   4 transport   32+n   receiver u32 | counter u64 | AEAD(inner packet, zero-padded to 16)
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/Bytes.h"
#include "tunnel/noise/Crypto.h"

namespace berth::tunnel::noise {

enum class MessageType : std::uint8_t { Initiation = 1, Response = 2, CookieReply = 3, Transport = 4 };

inline constexpr std::size_t kInitiationSize = 148;
inline constexpr std::size_t kResponseSize = 92;
inline constexpr std::size_t kCookieReplySize = 64;
inline constexpr std::size_t kTransportHeaderSize = 16;
inline constexpr std::size_t kMinTransportSize = kTransportHeaderSize + kTagSize;
inline constexpr std::size_t kTimestampSize = 12;
inline constexpr std::size_t kPaddingMultiple = 16;
using Timestamp = std::array<std::byte, kTimestampSize>;  // TAI64N: compares as bytes

struct Initiation {
  std::uint32_t sender = 0;
  wire::KeyBytes ephemeral{};
  std::array<std::byte, wire::kKeySize + kTagSize> sealedStatic{};
  std::array<std::byte, kTimestampSize + kTagSize> sealedTimestamp{};
};
struct Response {
  std::uint32_t sender = 0;
  std::uint32_t receiver = 0;
  wire::KeyBytes ephemeral{};
  std::array<std::byte, kTagSize> sealedNothing{};
};
struct CookieReply {
  std::uint32_t receiver = 0;
  XNonce nonce{};
  std::array<std::byte, kMacSize + kTagSize> sealedCookie{};
};
struct TransportHeader {
  std::uint32_t receiver = 0;
  std::uint64_t counter = 0;
};

// Type and size fit (exactly for the first three, at least kMinTransportSize for transport) and the reserved bytes are
// zero; otherwise nothing, and the datagram is to be dropped.
std::optional<MessageType> typeOf(ByteView datagram) noexcept;

// Parsing wants what typeOf() accepted. Macs are not looked at: see Cookie.h.
Initiation parseInitiation(ByteView datagram);
Response parseResponse(ByteView datagram);
CookieReply parseCookieReply(ByteView datagram);
TransportHeader parseTransportHeader(ByteView datagram);

// Whole messages; the two macs of the handshake ones are left zero.
Bytes emit(const Initiation& message);
Bytes emit(const Response& message);
Bytes emit(const CookieReply& message);
void emit(const TransportHeader& header, ByteSpan out);

// The size of the transport message for an inner packet, with its padding.
constexpr std::size_t paddedSize(std::size_t innerSize) noexcept {
  return (innerSize + kPaddingMultiple - 1) / kPaddingMultiple * kPaddingMultiple;
}
constexpr std::size_t transportSize(std::size_t innerSize) noexcept {
  return kTransportHeaderSize + paddedSize(innerSize) + kTagSize;
}

}  // namespace berth::tunnel::noise
