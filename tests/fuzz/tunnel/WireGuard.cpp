// The first byte chooses: a datagram as it is; one with a good mac1, so that the handshake is looked into; or the inner
// packet of a good transport message.
#include "tests/fuzz/tunnel/Fuzz.h"
#include "tunnel/noise/Device.h"

using namespace berth;
using namespace berth::tunnel;

namespace {

const TimePoint kNow{std::chrono::seconds(1000)};
const Ipv6 kAddress{};

struct End {
  fuzz::FixedRng rng;
  noise::Device device;
  noise::Peer* peer;
  End(int own, int other)
      : device(fuzz::fixedKey<wire::NodePrivate>(own), rng, WallTime(), kNow),
        peer(device.putPeer(fuzz::fixedKey<wire::NodePrivate>(other).publicKey(), {kAddress})) {}
};

// A session from `a` to `b`.
void establish(End& a, End& b) {
  a.peer->setPersistentKeepalive(std::chrono::seconds(25), kNow);
  for (int step = 0; step < 3; ++step) {
    End& from = step % 2 == 0 ? a : b;
    End& to = step % 2 == 0 ? b : a;
    while (auto next = from.device.nextDatagram()) to.device.decapsulate(next->datagram, {}, kNow);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  const ByteView bytes = fuzz::input(data, size).subspan(1);
  End a(1, 2);
  End b(2, 1);
  establish(a, b);
  Bytes datagram = toBytes(bytes);
  if (data[0] % 3 == 1 && noise::typeOf(datagram) && datagram.size() >= noise::kCookieReplySize) {
    noise::CookieJar(b.device.publicKey()).writeMacs(datagram, kNow);
  } else if (data[0] % 3 == 2) {
    datagram.assign(noise::transportSize(bytes.size()), std::byte{0});
    std::ranges::copy(bytes, datagram.begin() + noise::kTransportHeaderSize);
    const auto sealed = a.device.encapsulate(*a.peer, datagram, bytes.size(), kNow);
    fuzz::require(std::holds_alternative<noise::SendDatagram>(sealed));
  }
  b.device.decapsulate(datagram, {}, kNow + std::chrono::seconds(1));
  b.device.onTimer(kNow + std::chrono::seconds(30));
  while (b.device.nextDatagram()) {
  }
  return 0;
}
