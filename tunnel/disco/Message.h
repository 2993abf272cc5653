// disco, the messages with which peers find a path to each other (reference/tailnet.md 6.1). A packet:
//
//   magic 54 53 f0 9f 92 ac | sender's disco key 32 | nonce 24 | crypto_box(plaintext)
//
// and the plaintext: u8 type, u8 version, then
//
//   1 ping           version 1   transaction 12 | sender's node key 32 | zeros up to 1230 bytes
//   2 pong           version 1   transaction 12 | address 16 | port u16 BE | zeros up to 1230 bytes
//   3 call-me-maybe  version 0   n x (address 16 | port u16 BE)
//
// The padding makes ping and pong as long as a full data packet, so that a path too narrow for data does not answer.
// Receivers take unpadded ones too, and ignore the version of ping and pong.
#pragma once

#include <array>
#include <optional>
#include <variant>
#include <vector>

#include "core/base/Bytes.h"
#include "core/base/Random.h"
#include "tunnel/wire/Address.h"
#include "tunnel/wire/Box.h"
#include "tunnel/wire/Keys.h"
#include "tunnel/wire/Packet.h"

namespace berth::tunnel::disco {

inline constexpr std::size_t kMagicSize = wire::kDiscoMagic.size();
inline constexpr std::size_t kPacketHeaderSize = kMagicSize + wire::kKeySize + wire::Box::kNonceSize;
inline constexpr std::size_t kPaddedPacketSize = 1310;  // of ping and pong

using TransactionId = std::array<std::byte, 12>;

struct Ping {
  TransactionId id{};
  std::optional<wire::NodePublic> nodeKey;  // old peers leave it out
  bool operator==(const Ping&) const = default;
};
struct Pong {
  TransactionId id{};
  wire::Endpoint source;  // where the ping came from, as its receiver saw it; 127.3.3.40:region over a relay
  bool operator==(const Pong&) const = default;
};
struct CallMeMaybe {
  std::vector<wire::Endpoint> endpoints;
  bool operator==(const CallMeMaybe&) const = default;
};
using Message = std::variant<Ping, Pong, CallMeMaybe>;

using wire::looksLikeDisco;

// The key it says it is from; only for what looksLikeDisco() accepted.
wire::DiscoPublic senderOf(ByteView packet);

// A whole packet; `box` is between our disco key and the receiver's.
Bytes seal(const Message& message, const wire::DiscoPublic& self, const wire::Box& box, Rng& rng);

// Nothing for what does not open, is too short or of an unknown type.
std::optional<Message> open(ByteView packet, const wire::Box& box);

// For logs: "ping 10111213", "call-me-maybe with 2 endpoints".
std::string toString(const Message& message);

}  // namespace berth::tunnel::disco
