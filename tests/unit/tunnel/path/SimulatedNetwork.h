// A network in one process and in virtual time: nodes behind NATs of different kinds, with delay, loss and reordering,
// all from a seed; and a relay that loses nothing.
#pragma once

#include <map>
#include <queue>
#include <random>
#include <set>

#include "tunnel/path/PathSelector.h"

namespace berth::tunnel::path::test {

using namespace std::chrono_literals;

// What a NAT lets in, and whether it gives each destination a port of its own (RFC 4787).
enum class Nat { None, FullCone, Restricted, PortRestricted, Symmetric, UdpBlocked };

class SeededRng final : public Rng {
 public:
  explicit SeededRng(unsigned seed) : m_engine(seed) {}
  void fill(ByteSpan out) override {
    for (std::byte& b : out) b = static_cast<std::byte>(m_engine());
  }
  double fraction() { return std::uniform_real_distribution<>(0, 1)(m_engine); }

 private:
  std::mt19937 m_engine;
};

struct LinkQuality {
  double loss = 0;
  std::chrono::milliseconds delay{10};
  std::chrono::milliseconds jitter{0};  // more than the gap between packets reorders them
};

class Network {
 public:
  class Node {
   public:
    Node(Network& network, int number, Nat nat)
        : m_network(network),
          m_nat(nat),
          m_inside{wire::mappedV4({10, static_cast<std::uint8_t>(number), 0, 2}), 41641},
          m_outside(nat == Nat::None ? m_inside.address
                                     : wire::mappedV4({203, 0, 113, static_cast<std::uint8_t>(number)})),
          key(wire::NodePrivate::generate(network.rng).publicKey()),
          paths(wire::DiscoPrivate::generate(network.rng), key, network.rng) {}

    // What STUN and the interfaces would tell.
    std::vector<wire::Endpoint> endpoints() {
      if (m_nat == Nat::UdpBlocked) return {m_inside};
      const wire::Endpoint stun{wire::mappedV4({198, 51, 100, 1}), 3478};
      return {mappingTo(stun), m_inside};
    }
    // A packet of the user's; each has its number.
    void sendData(Node& to, int number) {
      const auto choice = paths.choose(to.key, m_network.now());
      if (choice.direct) m_network.sendUdp(*this, *choice.direct, std::nullopt, number);
      if (choice.relay) m_network.sendRelayed(*this, to, std::nullopt, number);
      flush();
    }
    void flush() {
      while (auto message = paths.nextMessage()) {
        if (const auto* direct = std::get_if<DirectRoute>(&message->route))
          m_network.sendUdp(*this, direct->endpoint, std::move(message->packet), 0);
        else
          m_network.sendRelayed(*this, m_network.nodeOf(message->peer), std::move(message->packet), 0);
      }
      m_network.armTimer(*this);
    }
    bool isDirectTo(const Node& peer) const {
      const auto route = paths.routeTo(peer.key, m_network.now());
      return route && std::holds_alternative<DirectRoute>(*route);
    }

    std::set<int> received;

   private:
    friend class Network;

    wire::Endpoint mappingTo(const wire::Endpoint& to) {
      if (m_nat == Nat::None) return m_inside;
      const auto slot = m_nat == Nat::Symmetric ? to : wire::Endpoint{};
      const auto [at, isNew] = m_mappings.try_emplace(slot, m_nextPort);
      if (isNew) ++m_nextPort;
      m_sentTo[at->second].insert(to);
      return {m_outside, at->second};
    }
    bool letsIn(const wire::Endpoint& from, std::uint16_t port) const {
      if (m_nat == Nat::None) return port == m_inside.port;
      if (m_nat == Nat::UdpBlocked) return false;
      const auto sent = m_sentTo.find(port);
      if (sent == m_sentTo.end()) return false;
      if (m_nat == Nat::FullCone) return true;
      if (m_nat == Nat::Restricted)
        return std::ranges::any_of(sent->second, [&](const auto& to) { return to.address == from.address; });
      return sent->second.contains(from);
    }

    Network& m_network;
    Nat m_nat;
    wire::Endpoint m_inside;
    Ipv6 m_outside;
    std::map<wire::Endpoint, std::uint16_t> m_mappings;
    std::map<std::uint16_t, std::set<wire::Endpoint>> m_sentTo;
    std::uint16_t m_nextPort = 50'000;
    TimePoint m_timerAt = TimePoint::max();

   public:
    wire::NodePublic key;
    PathSelector paths;
  };

  Network(unsigned seed, LinkQuality quality) : rng(seed), m_quality(quality) {}

  Node& add(Nat nat) {
    return *m_nodes.emplace_back(std::make_unique<Node>(*this, static_cast<int>(m_nodes.size()) + 1, nat));
  }
  // As the coordinator does.
  void introduce(Node& a, Node& b) {
    for (Node* each : {&a, &b}) {
      Node& other = each == &a ? b : a;
      each->paths.setOwnEndpoints(each->endpoints(), m_now);
      each->paths.putPeer(other.key, {other.paths.publicKey(), 999, other.endpoints()}, m_now);
      each->flush();
    }
  }
  TimePoint now() const { return m_now; }
  void runFor(std::chrono::milliseconds time) {
    const TimePoint end = m_now + time;
    while (!m_events.empty() && m_events.begin()->first.first <= end) {
      const auto event = m_events.extract(m_events.begin());
      m_now = event.key().first;
      event.mapped()();
    }
    m_now = end;
  }

  bool isUdpCut = false;
  SeededRng rng;

 private:
  using Packet = std::optional<Bytes>;  // disco; without it data

  void later(std::chrono::nanoseconds delay, std::function<void()> what) {
    m_events.emplace(std::pair{m_now + delay, m_sequence++}, std::move(what));
  }
  std::chrono::nanoseconds delay() {
    return m_quality.delay +
           std::chrono::nanoseconds(static_cast<std::int64_t>(
               rng.fraction() * static_cast<double>(std::chrono::nanoseconds(m_quality.jitter).count())));
  }
  Node& nodeOf(const wire::NodePublic& key) {
    return **std::ranges::find_if(m_nodes, [&](const auto& node) { return node->key == key; });
  }
  void sendUdp(Node& from, const wire::Endpoint& to, Packet packet, int number) {
    if (from.m_nat == Nat::UdpBlocked) return;
    const wire::Endpoint source = from.mappingTo(to);
    if (isUdpCut || rng.fraction() < m_quality.loss) return;
    later(delay(), [this, &from, source, to, packet = std::move(packet), number] {
      for (const auto& node : m_nodes) {
        // Private addresses lead nowhere but on one's own network.
        if (node.get() == &from || node->m_outside != to.address || !node->letsIn(source, to.port)) continue;
        receive(*node, packet, disco::ViaUdp{source}, number);
      }
    });
  }
  void sendRelayed(Node& from, Node& to, Packet packet, int number) {
    later(3 * m_quality.delay, [this, &from, &to, packet = std::move(packet), number] {
      receive(to, packet, disco::ViaRelay{999, from.key}, number);
    });
  }
  void receive(Node& node, const Packet& packet, const disco::Via& via, int number) {
    if (packet) {
      node.paths.onDisco(*packet, via, m_now);
    } else {
      const auto* udp = std::get_if<disco::ViaUdp>(&via);
      if (udp != nullptr && !node.paths.isBound(udp->source)) return;
      node.received.insert(number);
    }
    node.flush();
  }
  void armTimer(Node& node) {
    const TimePoint at = std::max(node.paths.nextTimerAt(), m_now);
    if (at >= node.m_timerAt) return;
    node.m_timerAt = at;
    later(at - m_now, [this, &node, at] {
      if (node.m_timerAt != at) return;
      node.m_timerAt = TimePoint::max();
      node.paths.onTimer(m_now);
      node.flush();
    });
  }

  LinkQuality m_quality;
  TimePoint m_now{1000s};
  std::uint64_t m_sequence = 0;
  std::map<std::pair<TimePoint, std::uint64_t>, std::function<void()>> m_events;
  std::vector<std::unique_ptr<Node>> m_nodes;
};

}  // namespace berth::tunnel::path::test
