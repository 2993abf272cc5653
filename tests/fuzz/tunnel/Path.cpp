// A known peer that says what it likes over either way, while time passes and packets flow: what we send in return
// stays bounded, and the timer never asks to be called at once for ever.
#include "tests/fuzz/tunnel/Fuzz.h"
#include "tunnel/path/PathSelector.h"
#include "tunnel/wire/Reader.h"

using namespace berth;
using namespace berth::tunnel;

namespace {

constexpr std::size_t kMaxOperations = 200;
constexpr std::size_t kMaxMessages = 400;  // after one operation

wire::Endpoint endpointFrom(std::byte number) {
  return {wire::mappedV4({203, 0, 113, std::to_integer<std::uint8_t>(number)}), std::to_integer<std::uint16_t>(number)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto theirs = fuzz::fixedKey<wire::DiscoPrivate>(1);
  static const auto ours = fuzz::fixedKey<wire::DiscoPrivate>(2);
  static const auto box = *wire::Box::make(theirs, ours.publicKey());
  const wire::NodePublic peer(theirs.publicKey().bytes());
  fuzz::FixedRng rng;
  path::PathSelector paths(ours, wire::NodePublic(ours.publicKey().bytes()), rng);
  TimePoint now{std::chrono::hours(1)};
  paths.putPeer(peer, {theirs.publicKey(), 999, {}}, now);
  wire::Reader in(fuzz::input(data, size));
  for (std::size_t i = 0; i < kMaxOperations && !in.isAtEnd(); ++i) {
    const std::uint8_t operation = in.u8();
    const std::byte argument = static_cast<std::byte>(in.u8());
    const disco::Via udp = disco::ViaUdp{endpointFrom(argument)};
    switch (operation % 8) {
      case 0: now += std::chrono::milliseconds(std::to_integer<int>(argument) * 50); break;
      case 1: paths.choose(peer, now); break;
      case 2: paths.setOwnEndpoints({endpointFrom(argument)}, now); break;
      case 3: paths.probe(peer, now); break;
      case 4: paths.onNetworkChange(now); break;
      case 5: {
        disco::Ping ping;
        rng.fill(ping.id);
        paths.onDisco(disco::seal(ping, theirs.publicKey(), box, rng), udp, now);
        break;
      }
      case 6: {
        disco::CallMeMaybe call;
        while (call.endpoints.size() < std::to_integer<std::size_t>(argument))
          call.endpoints.push_back(endpointFrom(static_cast<std::byte>(call.endpoints.size())));
        paths.onDisco(disco::seal(call, theirs.publicKey(), box, rng), disco::ViaRelay{999, peer}, now);
        break;
      }
      case 7:  // answers what was just sent
        while (const auto message = paths.nextMessage()) {
          const auto sent = disco::open(message->packet, box);
          if (const auto* ping = sent ? std::get_if<disco::Ping>(&*sent) : nullptr)
            paths.onDisco(disco::seal(disco::Pong{ping->id, {}}, theirs.publicKey(), box, rng), udp, now);
        }
        break;
    }
    if (paths.nextTimerAt() <= now) {
      paths.onTimer(now);
      fuzz::require(paths.nextTimerAt() > now);
    }
    std::size_t messages = 0;
    while (paths.nextMessage()) ++messages;
    fuzz::require(messages <= kMaxMessages);
  }
  return 0;
}
