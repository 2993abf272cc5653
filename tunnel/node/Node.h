// A member of the tailnet: WireGuard, netstack and relay connections put together. What it knows of others it is told
// (setDerpMap, putPeer); whoever talks to the coordinator does that, and publishes what onSelfChanged brings.
//
// Path of a packet: netstack -> WireGuard (in place) -> the batch for a peer's UDP address or the relay connection's
// queue, and back; all on one executor, without a lock, a coroutine or an allocation of its own. A queue that is full
// holds the netstack back.
#pragma once

#include <functional>
#include <map>

#include "core/base/Clock.h"
#include "core/base/Random.h"
#include "core/base/Stream.h"
#include "core/http/Client.h"
#include "tunnel/netstack/Netstack.h"
#include "tunnel/node/DirectLink.h"
#include "tunnel/node/TrafficMeter.h"
#include "tunnel/wire/DerpMap.h"
#include "tunnel/wire/Keys.h"

namespace berth::tunnel {

struct PeerConfig {
  wire::NodePublic key;
  wire::DiscoPublic disco;
  int homeRegion = 0;
  std::vector<Ipv6> addresses;  // allowed IPs, each a /128
  std::vector<wire::Endpoint> endpoints;
};

// What the others are to know about us.
struct SelfInfo {
  int homeRegion = 0;
  std::map<int, std::chrono::nanoseconds> latencies;  // by region, as far as measured
  std::map<int, std::string> forcedWebSockets;        // region to reason
  OwnPlace place;                                     // empty while direct paths are off
  auto operator<=>(const SelfInfo&) const = default;
};

struct PeerStatus {
  bool hasSession = false;
  std::optional<wire::Endpoint> direct;  // the address in use; nothing while relayed
  int region = 0;                        // the relay that is used otherwise
  std::optional<TimePoint> lastHandshakeAt;
  std::uint64_t receivedBytes = 0;  // on the wire
  std::uint64_t sentBytes = 0;
};

struct DiscoPing {
  std::chrono::nanoseconds roundTrip{};
  std::optional<wire::Endpoint> direct;  // the address that answered; nothing when it went over a relay
  int region = 0;                        // the relay, also beside a direct path
};

struct NodeOptions {
  std::vector<Ipv6> addresses;  // at most three; connections are made from the first
  http::ClientOptions http;     // for relays: extra headers, certificates
  bool usesDirectPaths = true;  // otherwise relays alone
  std::uint16_t udpPort = 0;    // of direct paths; 0: a free one
  // Peers begin the handshakes: they are told of a home only once its relay is connected, for an initiation that is
  // lost costs them 5 s (reference/tailnet.md 5.4). One that only calls others is known to them a round trip earlier.
  bool isCalledByPeers = true;
};

class Node {
 public:
  // Makes fresh keys. `clock` and `rng` outlive the node.
  Node(asio::any_io_executor executor, const Clock& clock, Rng& rng, NodeOptions options);
  ~Node();  // stop()
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  const wire::NodePublic& key() const noexcept;
  const wire::DiscoPublic& discoKey() const noexcept;
  const std::vector<Ipv6>& addresses() const noexcept;

  // Called with each change, first when a home region is known. Set it before setDerpMap().
  void setOnSelfChanged(std::function<void(const SelfInfo&)> handler);
  const SelfInfo& selfInfo() const noexcept;

  void setDerpMap(const wire::DerpMap& map, bool forcesWebSockets);
  bool isHomeConnected() const noexcept;
  // This machine slept, or something else says that what is known of the network is old. Changes that the kernel tells
  // of are seen without it.
  void onNetworkChange();
  // The deployment may forbid direct paths at any time.
  void setUsesDirectPaths(bool uses);

  // Adds or changes a peer; its sessions and connections stay.
  void putPeer(const PeerConfig& peer);
  // Ends its connections and forgets its keys.
  void removePeer(const wire::NodePublic& key);
  // Keeps the path alive, and begins the handshake (reference/tailnet.md 2.8). Zero for none.
  void setPeerKeepalive(const wire::NodePublic& key, std::chrono::seconds interval);
  std::optional<PeerStatus> findPeerStatus(const wire::NodePublic& key) const;
  // Those that a session exists with.
  std::vector<wire::NodePublic> activePeers() const;
  // Inside the tunnel, since the last call.
  Traffic takeTraffic();

  // TCP
  Task<Result<std::unique_ptr<Stream>>> dial(Ipv6 address, std::uint16_t port);
  Result<std::unique_ptr<StreamListener>> listen(std::uint16_t port, std::chrono::milliseconds keepalive);
  void setTcpForwarder(netstack::Netstack::TcpForwarder forwarder);
  // UDP
  void setUdpHandler(netstack::Netstack::UdpHandler handler);
  bool sendUdp(const netstack::Flow& flow, ByteView payload);

  // Round trip inside the tunnel. Repeats until answered: also how to wait until a peer is reachable.
  Task<Result<std::chrono::nanoseconds>> tsmpPing(Ipv6 address, std::chrono::milliseconds timeout);
  // Round trip below the tunnel, and which way it went: the direct path, or what answers first while there is none.
  // NotFound for an unknown peer.
  Task<Result<DiscoPing>> discoPing(wire::NodePublic key, std::chrono::milliseconds timeout);

  // Waits until peers have acknowledged what was written, at most so long; then stop().
  Task<void> shutDown(std::chrono::milliseconds timeout);
  // Ends connections with a reset, and leaves the relays. May be called twice; no handler is called afterwards.
  void stop() noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> m_impl;
};

}  // namespace berth::tunnel
