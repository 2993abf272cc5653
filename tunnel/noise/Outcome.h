// What a call into the WireGuard state machines leaves for the caller to do. Spans point into the caller's own buffer.
#pragma once

#include <string_view>
#include <variant>

#include "core/base/Bytes.h"
#include "tunnel/wire/Keys.h"

namespace berth::tunnel::noise {

class Peer;

// Why a datagram or packet was dropped. None of these is worth more than a counter or a debug line: anybody can send
// such datagrams.
enum class Refusal {
  Malformed,       // no WireGuard message, or one of the wrong size
  BadMac,          // not meant for our key
  UnknownIndex,    // no session or handshake of ours; a session that has ended
  UnknownPeer,     // a good initiation from a key that is no peer
  BadHandshake,    // does not decrypt
  Replayed,        // an initiation with an old timestamp, or too soon after the last
  RateLimited,     // under load, and this source has had its share
  BadTransport,    // a transport message that is forged, repeated or too old
  ForeignAddress,  // an inner packet that is not IPv6 or not from an allowed address
  TooBig,          // encapsulate(): the buffer has no room for header, padding and tag
};
std::string_view toString(Refusal refusal) noexcept;

struct Nothing {};
// To the peer that was asked for; over whatever path leads there.
struct SendDatagram {
  ByteSpan datagram;
};
// A cookie reply: back to where the datagram came from, and nowhere else.
struct ReplyToSource {
  Bytes datagram;
};
// A whole IPv6 packet from this peer, from one of its allowed addresses; padding is cut off.
struct DeliverPacket {
  Peer* peer;
  ByteSpan packet;
};
using Outcome = std::variant<Nothing, SendDatagram, ReplyToSource, DeliverPacket, Refusal>;

// A datagram made by a peer on its own: handshakes, keepalives, packets that had waited for a session.
struct Outgoing {
  wire::NodePublic peer;
  Bytes datagram;
};

}  // namespace berth::tunnel::noise
