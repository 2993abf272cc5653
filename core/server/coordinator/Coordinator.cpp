#include "core/server/coordinator/Coordinator.h"

#include "core/base/Log.h"
#include "core/rpc/DrpcServer.h"
#include "core/server/SessionList.h"
#include "core/server/coordinator/DerpMapProto.h"
#include "core/server/coordinator/TailnetService.h"
#include "core/server/coordinator/WorkspaceUpdates.h"

namespace berth::server {

namespace {

// How long peers have to hear that the coordinator closes, and their sessions to end after that.
constexpr std::chrono::milliseconds kFarewell{100};
constexpr std::chrono::milliseconds kSessionEnd{300};

}  // namespace

struct Coordinator::Impl {
  Impl(asio::any_io_executor on, const Clock& clock, store::Store& theStore, Events& theEvents, Options options)
      : executor(on), store(theStore), events(theEvents), tailnet(clock, options.resumeKey), sessions(on) {
    tailnet.derpMap = derpMapProto(options.relay);
  }

  Task<void> serve(std::unique_ptr<Stream> transport, rpc::DrpcServer& server) {
    if (isStopped) co_return;
    rpc::YamuxSession session(std::move(transport), rpc::YamuxSession::Role::Server, {.maxStreams = kMaxCallsOfPeer});
    const SessionList<rpc::YamuxSession>::Entry listed(sessions, session);
    co_await server.serve(session);
  }

  asio::any_io_executor executor;
  store::Store& store;
  Events& events;
  TailnetState tailnet;
  SessionList<rpc::YamuxSession> sessions;
  bool isStopped = false;
};

Coordinator::Coordinator(asio::any_io_executor executor, const Clock& clock, store::Store& store, Events& events,
                         Options options)
    : m_impl(std::make_unique<Impl>(executor, clock, store, events, std::move(options))) {}

Coordinator::~Coordinator() = default;

Result<PeerId> Coordinator::peerFor(std::optional<std::string> resumeToken) {
  if (!resumeToken || resumeToken->empty()) return PeerId::random();
  return m_impl->tailnet.tokens.verify(*resumeToken, m_impl->tailnet.clock.wallNow());
}

Task<void> Coordinator::serveClient(std::unique_ptr<http::WebSocket> socket, ClientSession session) {
  rpc::DrpcServer server;
  addResumeService(server, m_impl->tailnet, session.peer);
  if (session.agent) {
    addPeerService(server, m_impl->tailnet, session.peer.value, OneAgentClient{*session.agent});
    addEmptyWorkspaceUpdates(server);
  } else {
    addPeerService(server, m_impl->tailnet, session.peer.value, UserClient{session.maySsh});
    addWorkspaceUpdates(server, m_impl->store, m_impl->events, session.user);
  }
  co_await m_impl->serve(http::asStream(std::move(socket)), server);
}

Task<void> Coordinator::serveInternal(std::unique_ptr<Stream> stream, PeerId peer) {
  rpc::DrpcServer server;
  addPeerService(server, m_impl->tailnet, peer.value, InternalPeer{});
  co_await m_impl->serve(std::move(stream), server);
}

void Coordinator::addAgentService(rpc::DrpcServer& server, AgentId agent) {
  addPeerService(server, m_impl->tailnet, agent.value, AgentPeer{agent});
  addNoWorkspaceUpdates(server);
}

std::optional<PeerNetwork> Coordinator::networkOf(AgentId agent) const {
  const auto* node = m_impl->tailnet.peers.findNode(agent.value);
  if (!node) return std::nullopt;
  return PeerNetwork{.preferredDerp = node->preferred_derp(),
                     .derpLatency = {node->derp_latency().begin(), node->derp_latency().end()}};
}

Task<void> Coordinator::stop() {
  m_impl->isStopped = true;
  m_impl->tailnet.peers.closeAll();
  co_await m_impl->sessions.waitUntilEmpty(kFarewell);
  m_impl->sessions.closeAll();
  if (!co_await m_impl->sessions.waitUntilEmpty(kSessionEnd))
    log::warning("coordinator: {} sessions did not end in time", m_impl->sessions.size());
}

}  // namespace berth::server
