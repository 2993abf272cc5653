#include "tunnel/noise/Handshake.h"

#include "tunnel/wire/Writer.h"

namespace berth::tunnel::noise {

namespace {

constexpr std::string_view kConstruction = "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s";
constexpr std::string_view kIdentifier = "WireGuard v1 zx2c4 Jason@zx2c4.com";
constexpr std::uint64_t kTai64Base = 0x400000000000000aULL;
constexpr std::uint32_t kNanosecondMask = 0xff000000U;

// C = HASH(construction); H = HASH(HASH(C || identifier) || Sr.pub)
SymmetricState initialState(const wire::NodePublic& responder) {
  static const Hash initialChainingKey = hash(asBytes(kConstruction));
  static const Hash initialTranscript = hash(initialChainingKey, asBytes(kIdentifier));
  return {SecretHash(initialChainingKey), hash(initialTranscript, responder.bytes())};
}

// H = HASH(H || data)
void mixHash(SymmetricState& state, ByteView data) { state.transcript = hash(state.transcript, data); }

// C = KDF1(C, input)
void mixKey(SymmetricState& state, ByteView input) { state.chainingKey = kdf<1>(state.chainingKey, input)[0]; }

// (C, k) = KDF2(C, input)
SecretHash mixKeyAndDerive(SymmetricState& state, ByteView input) {
  auto [chainingKey, key] = kdf<2>(state.chainingKey, input);
  state.chainingKey = chainingKey;
  return key;
}

// (C, tau, k) = KDF3(C, psk); H = HASH(H || tau)
SecretHash mixPresharedKey(SymmetricState& state, const SecretHash& presharedKey) {
  auto [chainingKey, tau, key] = kdf<3>(state.chainingKey, presharedKey.bytes);
  state.chainingKey = chainingKey;
  mixHash(state, tau.bytes);
  return key;
}

void sealAndMix(SymmetricState& state, const SecretHash& key, ByteView text, ByteSpan out) {
  sealWithData(key, text, state.transcript, out);
  mixHash(state, out);
}

bool openAndMix(SymmetricState& state, const SecretHash& key, ByteView sealed, ByteSpan text) {
  if (!openWithData(key, sealed, state.transcript, text)) return false;
  mixHash(state, sealed);
  return true;
}

std::optional<SecretHash> diffieHellman(const wire::NodePrivate& own, const wire::KeyBytes& theirs) {
  auto shared = wire::scalarMultiply(own.reveal(), theirs);
  if (!shared) return std::nullopt;
  SecretHash out(*shared);
  wipe(shared->data(), shared->size());
  return out;
}

// (T1, T2) = KDF2(C, nothing); the initiator sends with T1.
TransportKeys splitForInitiator(const SymmetricState& state) {
  auto [first, second] = kdf<2>(state.chainingKey, {});
  return {first, second};
}

}  // namespace

std::optional<StaticPeer> StaticPeer::make(const StaticIdentity& own, const wire::NodePublic& publicKey) {
  const auto shared = diffieHellman(own.privateKey, publicKey.bytes());
  if (!shared) return std::nullopt;
  return StaticPeer{publicKey, *shared, {}};
}

std::optional<BegunInitiation> beginInitiation(const StaticIdentity& own, const StaticPeer& peer, std::uint32_t sender,
                                               const Timestamp& timestamp, Rng& rng) {
  BegunInitiation begun{{sender, wire::NodePrivate::generate(rng), initialState(peer.publicKey)}, {}};
  SymmetricState& state = begun.pending.state;
  Initiation& message = begun.message;
  message.sender = sender;
  // C = KDF1(C, Ei.pub); H = HASH(H || Ei.pub)
  message.ephemeral = begun.pending.ephemeral.publicKey().bytes();
  mixKey(state, message.ephemeral);
  mixHash(state, message.ephemeral);
  // (C, k) = KDF2(C, DH(Ei.priv, Sr.pub)); static = AEAD(k, 0, Si.pub, H)
  const auto ephemeralShared = diffieHellman(begun.pending.ephemeral, peer.publicKey.bytes());
  if (!ephemeralShared) return std::nullopt;
  const SecretHash staticKey = mixKeyAndDerive(state, ephemeralShared->bytes);
  sealAndMix(state, staticKey, own.publicKey.bytes(), message.sealedStatic);
  // (C, k) = KDF2(C, DH(Si.priv, Sr.pub)); timestamp = AEAD(k, 0, timestamp, H)
  const SecretHash timestampKey = mixKeyAndDerive(state, peer.sharedSecret.bytes);
  sealAndMix(state, timestampKey, timestamp, message.sealedTimestamp);
  return begun;
}

std::optional<OpenedInitiation> openInitiation(const StaticIdentity& own, const Initiation& message) {
  SymmetricState state = initialState(own.publicKey);
  mixKey(state, message.ephemeral);
  mixHash(state, message.ephemeral);
  const auto ephemeralShared = diffieHellman(own.privateKey, message.ephemeral);
  if (!ephemeralShared) return std::nullopt;
  const SecretHash staticKey = mixKeyAndDerive(state, ephemeralShared->bytes);
  wire::KeyBytes initiator;
  if (!openAndMix(state, staticKey, message.sealedStatic, initiator)) return std::nullopt;
  return OpenedInitiation{wire::NodePublic(initiator), state};
}

std::optional<ReadInitiation> readInitiation(const OpenedInitiation& opened, const StaticPeer& peer,
                                             const Initiation& message) {
  ReadInitiation read{opened.initiator, {}, message.sender, message.ephemeral, opened.state};
  const SecretHash timestampKey = mixKeyAndDerive(read.state, peer.sharedSecret.bytes);
  if (!openAndMix(read.state, timestampKey, message.sealedTimestamp, read.timestamp)) return std::nullopt;
  return read;
}

std::optional<Responded> respond(const ReadInitiation& initiation, const StaticPeer& peer, std::uint32_t sender,
                                 Rng& rng) {
  SymmetricState state = initiation.state;
  const auto ephemeral = wire::NodePrivate::generate(rng);
  Responded responded;
  Response& message = responded.message;
  message.sender = sender;
  message.receiver = initiation.sender;
  // C = KDF1(C, Er.pub); H = HASH(H || Er.pub)
  message.ephemeral = ephemeral.publicKey().bytes();
  mixKey(state, message.ephemeral);
  mixHash(state, message.ephemeral);
  // C = KDF1(C, DH(Er.priv, Ei.pub)); C = KDF1(C, DH(Er.priv, Si.pub))
  const auto withEphemeral = diffieHellman(ephemeral, initiation.ephemeral);
  const auto withStatic = diffieHellman(ephemeral, initiation.initiator.bytes());
  if (!withEphemeral || !withStatic) return std::nullopt;
  mixKey(state, withEphemeral->bytes);
  mixKey(state, withStatic->bytes);
  const SecretHash key = mixPresharedKey(state, peer.presharedKey);
  sealAndMix(state, key, {}, message.sealedNothing);
  TransportKeys keys = splitForInitiator(state);
  responded.keys = {keys.receive, keys.send};
  return responded;
}

std::optional<TransportKeys> finishInitiation(const StaticIdentity& own, const StaticPeer& peer,
                                              const PendingInitiation& pending, const Response& message) {
  SymmetricState state = pending.state;
  mixKey(state, message.ephemeral);
  mixHash(state, message.ephemeral);
  // C = KDF1(C, DH(Ei.priv, Er.pub)); C = KDF1(C, DH(Si.priv, Er.pub))
  const auto withEphemeral = diffieHellman(pending.ephemeral, message.ephemeral);
  const auto withStatic = diffieHellman(own.privateKey, message.ephemeral);
  if (!withEphemeral || !withStatic) return std::nullopt;
  mixKey(state, withEphemeral->bytes);
  mixKey(state, withStatic->bytes);
  const SecretHash key = mixPresharedKey(state, peer.presharedKey);
  if (!openAndMix(state, key, message.sealedNothing, {})) return std::nullopt;
  return splitForInitiator(state);
}

Timestamp timestampOf(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(time - seconds).count();
  Timestamp out;
  wire::Writer writer(out);
  writer.u64be(kTai64Base + static_cast<std::uint64_t>(seconds.time_since_epoch().count()));
  writer.u32be(static_cast<std::uint32_t>(nanoseconds) & kNanosecondMask);
  return out;
}

}  // namespace berth::tunnel::noise
