// The first byte chooses: a packet as it is, or the plaintext of a good one.
#include "tests/fuzz/tunnel/Fuzz.h"
#include "tunnel/disco/Exchange.h"

using namespace berth;
using namespace berth::tunnel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const auto theirs = fuzz::fixedKey<wire::DiscoPrivate>(1);
  static const auto ours = fuzz::fixedKey<wire::DiscoPrivate>(2);
  static const auto box = *wire::Box::make(theirs, ours.publicKey());
  const wire::NodePublic peer(theirs.publicKey().bytes());
  fuzz::FixedRng rng;
  disco::Exchange exchange(ours, wire::NodePublic(ours.publicKey().bytes()), rng);
  exchange.putPeer(peer, theirs.publicKey());
  Bytes packet = toBytes(fuzz::input(data, size).subspan(1));
  if (data[0] % 2 == 1) {
    const wire::Box::Nonce nonce{};
    Bytes whole = toBytes(wire::kDiscoMagic);
    whole.insert(whole.end(), peer.bytes().begin(), peer.bytes().end());
    whole.insert(whole.end(), nonce.begin(), nonce.end());
    const Bytes sealed = box.seal(packet, nonce);
    whole.insert(whole.end(), sealed.begin(), sealed.end());
    packet = std::move(whole);
  }
  exchange.onPacket(packet, disco::ViaRelay{999, peer}, TimePoint());
  exchange.onPacket(packet, disco::ViaUdp{{{}, 1}}, TimePoint());
  if (const auto message = disco::open(packet, box)) fuzz::require(!disco::toString(*message).empty());
  return 0;
}
