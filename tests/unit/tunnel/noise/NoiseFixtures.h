// Two devices joined by the test, with a clock that the test moves.
#pragma once

#include <gtest/gtest.h>

#include "tests/support/VectorKeys.h"
#include "tunnel/noise/Device.h"
#include "tunnel/wire/Packet.h"

namespace berth::tunnel::noise::test {

using berth::test::FakeRng;
using berth::test::hex;
using berth::test::named;
using berth::test::vectors;
using namespace std::chrono_literals;

inline wire::NodePrivate privateKey(const char* name) { return berth::test::vectorPrivate<wire::NodePrivate>(name); }
inline wire::NodePublic publicKey(const char* name) { return berth::test::vectorPublic<wire::NodePublic>(name); }

inline const Ipv6 kAddressA = *Ipv6::parse("fd7a:115c:a1e0:4333:8444:5555:5555:5555");
inline const Ipv6 kAddressB = *Ipv6::parse("fd7a:115c:a1e0:4f0a:9d3b:a1b:2c3d:4e5f");
inline const TimePoint kStart{1000s};
inline const WallTime kWallStart{std::chrono::sys_seconds(1577836800s)};

inline Bytes pingPacket(const Ipv6& from, const Ipv6& to) {
  return wire::makeTsmpPacket({wire::TsmpMessage::Kind::Ping, {}}, from, to);
}

// One end, with a single peer.
struct End {
  FakeRng rng;
  Device device;
  Peer* peer;
  Ipv6 address;
  Ipv6 peerAddress;

  End(wire::NodePrivate key, const wire::NodePublic& peerKey, Ipv6 own, Ipv6 theirs, Bytes random = {},
      SessionLimits limits = {})
      : rng(std::move(random)),
        device(std::move(key), rng, kWallStart, kStart, limits),
        peer(device.putPeer(peerKey, {theirs})),
        address(own),
        peerAddress(theirs) {}

  // All that wants to go out by itself.
  std::vector<Bytes> outgoing() {
    std::vector<Bytes> all;
    while (auto next = device.nextDatagram()) all.push_back(std::move(next->datagram));
    return all;
  }

  // Datagrams that sending this packet gives, handshakes included.
  std::vector<Bytes> send(ByteView packet, TimePoint now) {
    Bytes buffer(transportSize(packet.size()));
    std::ranges::copy(packet, buffer.begin() + kTransportHeaderSize);
    auto outcome = device.encapsulate(*peer, buffer, packet.size(), now);
    std::vector<Bytes> all;
    if (auto* send = std::get_if<SendDatagram>(&outcome)) all.push_back(toBytes(send->datagram));
    for (Bytes& datagram : outgoing()) all.push_back(std::move(datagram));
    return all;
  }
  std::vector<Bytes> sendPing(TimePoint now) { return send(pingPacket(address, peerAddress), now); }

  Outcome receive(Bytes& datagram, TimePoint now) { return device.decapsulate(datagram, asBytes("source"), now); }
};

struct Pair {
  explicit Pair(SessionLimits limits = {})
      : a{privateKey("A"), publicKey("B"), kAddressA, kAddressB, {}, limits},
        b{privateKey("B"), publicKey("A"), kAddressB, kAddressA, {}, limits} {}

  TimePoint now = kStart;
  End a;
  End b;
  std::vector<Bytes> deliveredToA;
  std::vector<Bytes> deliveredToB;

  // Carries datagrams to and fro until nobody has more to say; how many there were.
  std::size_t carry(std::vector<Bytes> fromA, std::vector<Bytes> fromB = {}) {
    std::size_t count = 0;
    while (!fromA.empty() || !fromB.empty()) {
      count += fromA.size() + fromB.size();
      for (Bytes& datagram : std::exchange(fromA, {})) take(b, datagram, deliveredToB);
      for (Bytes& datagram : std::exchange(fromB, {})) take(a, datagram, deliveredToA);
      fromA = a.outgoing();
      fromB = b.outgoing();
    }
    return count;
  }
  void take(End& end, Bytes& datagram, std::vector<Bytes>& delivered) {
    const auto outcome = end.receive(datagram, now);
    if (const auto* deliver = std::get_if<DeliverPacket>(&outcome)) delivered.push_back(toBytes(deliver->packet));
  }

  // A has asked B for a session and confirmed it.
  void establish() {
    carry(a.sendPing(now));
    ASSERT_TRUE(a.peer->hasSession(now));
    ASSERT_TRUE(b.peer->hasSession(now));
  }

  // Moves time on, firing timers when they are due, and collects what A and B send by themselves (undelivered).
  struct Sent {
    std::vector<Bytes> a;
    std::vector<Bytes> b;
  };
  Sent advance(std::chrono::milliseconds by) {
    Sent sent;
    const TimePoint until = now + by;
    while (true) {
      const TimePoint next = std::min(a.device.nextTimerAt(), b.device.nextTimerAt());
      if (next > until) break;
      now = std::max(now, next);
      a.device.onTimer(now);
      b.device.onTimer(now);
      for (Bytes& datagram : a.outgoing()) sent.a.push_back(std::move(datagram));
      for (Bytes& datagram : b.outgoing()) sent.b.push_back(std::move(datagram));
    }
    now = until;
    return sent;
  }
};

inline bool isKeepalive(const Bytes& datagram) {
  return typeOf(datagram) == MessageType::Transport && datagram.size() == kMinTransportSize;
}

}  // namespace berth::tunnel::noise::test
