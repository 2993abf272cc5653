// STUN as the tailnet uses it (RFC 8489, reference/tailnet.md 6.6): a Binding request, and the address in its answer.
//
//   u16 type | u16 length | cookie 2112a442 | transaction 12 | attributes (u16 type, u16 length, value, padded to 4)
//
// All big endian. Requests carry SOFTWARE "tailnode" and FINGERPRINT, which Tailscale's servers ask for.
#pragma once

#include <array>
#include <optional>

#include "core/base/Bytes.h"
#include "core/base/Random.h"
#include "tunnel/wire/Address.h"

namespace berth::tunnel::stun {

using TransactionId = std::array<std::byte, 12>;

// At least a header, the cookie, and the two top bits zero: what tells STUN from disco and WireGuard on one socket.
bool looksLikeStun(ByteView packet) noexcept;

Bytes makeRequest(const TransactionId& id);

// The id of a Binding request, whatever its attributes.
std::optional<TransactionId> parseRequest(ByteView packet);

Bytes makeResponse(const TransactionId& id, const wire::Endpoint& source);

struct Response {
  TransactionId id{};
  wire::Endpoint address;  // ours, as the server sees us
};
// XOR-MAPPED-ADDRESS (also by its early number), else MAPPED-ADDRESS; nothing without either.
std::optional<Response> parseResponse(ByteView packet);

}  // namespace berth::tunnel::stun
