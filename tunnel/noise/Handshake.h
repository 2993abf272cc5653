// Noise_IKpsk2 with WireGuard's prologue (whitepaper 5.4; reference/tailnet.md 2.3, 2.4), as four functions over plain
// values. Each step of the .cpp carries its formula.
//
//   initiator: beginInitiation -> (send) ... (receive) finishInitiation -> keys
//   responder: readInitiation -> look the peer up, check the timestamp -> respond -> keys
#pragma once

#include <optional>

#include "core/base/Clock.h"
#include "core/base/Random.h"
#include "tunnel/noise/Messages.h"
#include "tunnel/wire/Keys.h"

namespace berth::tunnel::noise {

// The own static key with what is computed from it once.
struct StaticIdentity {
  wire::NodePrivate privateKey;
  wire::NodePublic publicKey;
  explicit StaticIdentity(wire::NodePrivate key) : privateKey(std::move(key)), publicKey(privateKey.publicKey()) {}
};

// A peer's static key with what every handshake with it needs: DH(own static, peer's static), and the preshared key
// (zero for none).
struct StaticPeer {
  wire::NodePublic publicKey;
  SecretHash sharedSecret;
  SecretHash presharedKey;

  // Nothing for a low-order key.
  static std::optional<StaticPeer> make(const StaticIdentity& own, const wire::NodePublic& publicKey);
};

struct TransportKeys {
  SecretHash send;
  SecretHash receive;
};

// C and H of the whitepaper.
struct SymmetricState {
  SecretHash chainingKey;
  Hash transcript{};
};

struct PendingInitiation {
  std::uint32_t sender = 0;
  wire::NodePrivate ephemeral;
  SymmetricState state;
};

struct BegunInitiation {
  PendingInitiation pending;
  Initiation message;
};
std::optional<BegunInitiation> beginInitiation(const StaticIdentity& own, const StaticPeer& peer, std::uint32_t sender,
                                               const Timestamp& timestamp, Rng& rng);

// Nothing if the message does not belong to this initiation.
std::optional<TransportKeys> finishInitiation(const StaticIdentity& own, const StaticPeer& peer,
                                              const PendingInitiation& pending, const Response& message);

struct ReadInitiation {
  wire::NodePublic initiator;
  Timestamp timestamp{};
  std::uint32_t sender = 0;
  wire::KeyBytes ephemeral{};
  SymmetricState state;
};
// First half: who calls. Costs two Diffie-Hellman steps at most.
struct OpenedInitiation {
  wire::NodePublic initiator;
  SymmetricState state;
};
std::optional<OpenedInitiation> openInitiation(const StaticIdentity& own, const Initiation& message);
// Second half, once the initiator is known as a peer: its timestamp, which proves its static key.
std::optional<ReadInitiation> readInitiation(const OpenedInitiation& opened, const StaticPeer& peer,
                                             const Initiation& message);

struct Responded {
  Response message;
  TransportKeys keys;
};
std::optional<Responded> respond(const ReadInitiation& initiation, const StaticPeer& peer, std::uint32_t sender,
                                 Rng& rng);

// TAI64N of a time, its low 24 bits of nanoseconds cleared so that it does not tell too much about the clock.
Timestamp timestampOf(WallTime time);

}  // namespace berth::tunnel::noise
