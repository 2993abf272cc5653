#include "tunnel/dialer/ClientTunnel.h"

#include "tunnel/dialer/ClientNode.h"

namespace berth::tunnel::dialer {

Task<Result<std::unique_ptr<ClientTunnel>>> ClientTunnel::open(asio::any_io_executor executor, client::Session& session,
                                                               AgentId agent, const Clock& clock, Rng& rng,
                                                               ClientTunnelOptions options) {
  auto info = co_await session.agentConnection(agent);
  if (!info) co_return fail(info.error().in("ask " + session.url().toString() + " for the way to the agent"));
  std::string target = "/api/v2/workspaceagents/" + agent.toString() + "/coordinate?version=2.0";
  CO_TRY_ASSIGN(auto node,
                ClientNode::start(std::move(executor), session, *info, std::move(target), clock, rng, options));
  node->addAgent(agent);
  co_return std::unique_ptr<ClientTunnel>(new ClientTunnel(std::move(node), agent));
}

ClientTunnel::~ClientTunnel() { m_node->stop(); }

Task<Result<void>> ClientTunnel::waitUntilReachable(std::chrono::milliseconds timeout) {
  return m_node->waitUntilReachable(m_agent, timeout);
}

Task<Result<std::unique_ptr<Stream>>> ClientTunnel::dial(AgentId agent, std::uint16_t port) {
  const auto node = m_node;
  if (agent != m_agent) co_return fail(ErrorCode::InvalidInput, "this tunnel leads to another agent");
  co_return co_await node->node().dial(tailnetAddress(agent.value), port);
}

Task<Result<std::unique_ptr<Stream>>> ClientTunnel::dialTcp(std::uint16_t port) { return dial(m_agent, port); }

Result<std::unique_ptr<UdpFlow>> ClientTunnel::dialUdp(std::uint16_t port, UdpFlow::Handler handler) {
  return m_node->openUdp(m_agent, port, std::move(handler));
}

Task<Result<PingResult>> ClientTunnel::ping(std::chrono::milliseconds timeout) {
  return m_node->ping(m_agent, timeout);
}
bool ClientTunnel::mayBecomeDirect() const noexcept { return m_node->mayBecomeDirect(); }
ClientTunnelStatus ClientTunnel::status() const { return m_node->statusOf(m_agent); }
Task<void> ClientTunnel::close() { return m_node->close(); }

}  // namespace berth::tunnel::dialer
