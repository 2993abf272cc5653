#include "tunnel/dialer/AgentTunnel.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "tunnel/coordination/AgentSession.h"
#include "tunnel/coordination/Convert.h"
#include "tunnel/dialer/CoordinatedNode.h"
#include "tunnel/dialer/LocalForwarder.h"

namespace berth::tunnel::dialer {

namespace {

// reference/tailnet.md 3.3: an idle SSH session is not to be ended by the stack.
constexpr std::chrono::hours kSshKeepalive{72};
constexpr std::chrono::hours kKeepalive{2};
constexpr std::uint16_t kSshPort = 1;
constexpr std::uint16_t kPlainSshPort = 22;
constexpr std::chrono::seconds kLatencyTimeout{5};
constexpr std::size_t kMaxMeasuredPeers = 16;

Result<wire::DerpMap> parseDerpMap(const std::string& serialised) {
  rpc::tailnetpb::DERPMap message;
  if (!message.ParseFromString(serialised)) return fail(ErrorCode::InvalidInput, "the manifest's DERP map is damaged");
  return coordination::fromProto(message);
}

CoordinatedNodeOptions nodeOptions(const agent::NetworkConfig& config) {
  CoordinatedNodeOptions options;
  options.nodeId = wire::nodeIdOf(config.agentId);
  options.server = config.server;
  options.forcesWebSockets = config.forcesRelayWebSockets;
  options.node.addresses = {tailnetAddress(config.agentId), coderServiceAddress(config.agentId)};
  options.node.http = config.http;
  options.node.usesDirectPaths = !config.disablesDirectConnections;
  options.node.udpPort = config.listenPort;
  return options;
}

class AgentTunnel final : public agent::Network {
 public:
  AgentTunnel(const agent::NetworkConfig& config, const Clock& clock, Rng& rng)
      : m_state(std::make_shared<State>(config, clock, rng)) {}
  ~AgentTunnel() override { stop(); }

  void begin(const wire::DerpMap& map) {
    if (!map.regions.empty()) m_state->network.setDerpMap(map);
  }

  Result<std::unique_ptr<StreamListener>> listen(std::uint16_t port) override {
    const bool isSsh = port == kSshPort || port == kPlainSshPort;
    return m_state->network.node().listen(port, isSsh ? kSshKeepalive : kKeepalive);
  }

  Task<Result<void>> coordinate(std::shared_ptr<rpc::YamuxSession> session) override {
    const auto state = m_state;
    co_return co_await state->coordinator.run(std::move(session));
  }

  Task<void> leave() override {
    const auto state = m_state;
    co_await state->coordinator.disconnect();
  }

  void update(const agent::NetworkConfig& config) override {
    m_state->network.setForcesWebSockets(config.forcesRelayWebSockets);
    m_state->network.node().setUsesDirectPaths(!config.disablesDirectConnections);
    if (config.derpMap.empty()) return;
    if (const auto map = parseDerpMap(config.derpMap)) m_state->network.setDerpMap(*map);
  }

  agent::NetworkStats takeStats() override;
  std::string netcheckJson() const override;

  void stop() noexcept override {
    m_state->coordinator.stop();
    m_state->network.node().stop();
  }

 private:
  struct State {
    State(const agent::NetworkConfig& config, const Clock& clock, Rng& rng)
        : executor(config.executor),
          network(config.executor, clock, rng, nodeOptions(config),
                  [this](const coordination::NodeInfo& self) { coordinator.updateSelf(self); }),
          coordinator(config.executor, network, clock),
          udp(config.executor, clock,
              [this](const netstack::Flow& flow, ByteView payload) { network.node().sendUdp(flow, payload); }) {
      network.node().setTcpForwarder(makeTcpForwarder());
      network.node().setUdpHandler(
          [this](const netstack::Flow& flow, ByteView payload) { udp.onDatagram(flow, payload); });
    }

    asio::any_io_executor executor;
    CoordinatedNode network;
    coordination::AgentSession coordinator;
    UdpForwarder udp;
    std::vector<std::chrono::nanoseconds> latencies;  // of peers, measured since the last report
  };

  static Task<void> measure(std::shared_ptr<State> state, wire::NodePublic peer);

  std::shared_ptr<State> m_state;
};

Task<void> AgentTunnel::measure(std::shared_ptr<State> state, wire::NodePublic peer) {
  const auto pong = co_await state->network.node().discoPing(peer, kLatencyTimeout);
  if (pong) state->latencies.push_back(pong->roundTrip);
}

// Latencies take a round trip, so a report brings those that were measured after the one before.
agent::NetworkStats AgentTunnel::takeStats() {
  const Traffic traffic = m_state->network.node().takeTraffic();
  agent::NetworkStats stats;
  stats.connectionsByProtocol = traffic.connections;
  for (const auto& [protocol, count] : traffic.connections) stats.connectionCount += count;
  stats.rxPackets = traffic.receivedPackets;
  stats.rxBytes = traffic.receivedBytes;
  stats.txPackets = traffic.sentPackets;
  stats.txBytes = traffic.sentBytes;
  auto latencies = std::exchange(m_state->latencies, {});
  if (!latencies.empty()) {
    const auto middle = latencies.begin() + static_cast<std::ptrdiff_t>(latencies.size() / 2);
    std::ranges::nth_element(latencies, middle);
    stats.medianLatency = *middle;
  }
  const auto active = m_state->network.node().activePeers();
  for (std::size_t i = 0; i < std::min(active.size(), kMaxMeasuredPeers); ++i)
    asio::co_spawn(m_state->executor, measure(m_state, active[i]), asio::detached);
  return stats;
}

// As much of a health report as is known (reference/agent-and-ide.md 4.1, GET /api/v0/netcheck).
std::string AgentTunnel::netcheckJson() const {
  const SelfInfo& self = m_state->network.node().selfInfo();
  std::string latencies;
  for (const auto& [region, latency] : self.latencies)
    latencies += std::format("{}\"{}-v4\":{:.6f}", latencies.empty() ? "" : ",", region,
                             std::chrono::duration<double>(latency).count());
  const auto varies = self.place.mappingVaries;
  return std::format(
      R"({{"severity":"ok","warnings":[],"dismissed":false,"net_info":{{"MappingVariesByDestIP":{},"WorkingUDP":{},)"
      R"("OSHasIPv6":{},"PreferredDERP":{},"DERPLatency":{{{}}}}},)"
      R"("interfaces":{{"severity":"ok","warnings":[],"dismissed":false,"interfaces":[]}}}})",
      varies ? (*varies ? "true" : "false") : "null", self.place.answersStun, self.place.hasIpv6, self.homeRegion,
      latencies);
}

}  // namespace

Result<std::unique_ptr<agent::Network>> makeAgentTunnel(agent::NetworkConfig config, const Clock& clock, Rng& rng) {
  TRY_ASSIGN(const wire::DerpMap map, parseDerpMap(config.derpMap));
  auto tunnel = std::make_unique<AgentTunnel>(config, clock, rng);
  tunnel->begin(map);
  return tunnel;
}

}  // namespace berth::tunnel::dialer
