// The tailnet coordinator: tells peers (clients, agents) of each other's keys and addresses, so that they can build
// tunnels (reference/tailnet.md 4). In memory, one per deployment.
//
// All calls are made on the server's loop. The route table calls the handlers in Routes.h; this is what they and the
// composition use.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/base/Clock.h"
#include "core/base/Ids.h"
#include "core/base/Secret.h"
#include "core/base/Stream.h"
#include "core/http/Message.h"
#include "core/http/WebSocket.h"
#include "core/server/DerpMap.h"

namespace berth::rpc {
class DrpcServer;
}

namespace berth::store {
class Store;
}

namespace berth::server {

class Events;

// Calls that one peer's session, an agent's or a client's, may have under way; real ones have about ten.
inline constexpr std::size_t kMaxCallsOfPeer = 256;

// Whom a client's tailnet session serves, and what it may reach.
struct ClientSession {
  PeerId peer;  // from Coordinator::peerFor()
  UserId user;
  std::optional<AgentId> agent;  // the one agent it may reach; without one: those that maySsh allows
  std::function<Task<bool>(AgentId)> maySsh;
};

// What an agent last said about its way to the relays: `latency` in the REST API.
struct PeerNetwork {
  int preferredDerp = 0;
  std::map<std::string, double> derpLatency;  // "999-v4" to seconds
};

class Coordinator {
 public:
  struct Options {
    RelayAddress relay;  // the embedded one
    Secret resumeKey;    // 32 bytes or more; kept over restarts, so that clients come back as who they were
  };

  Coordinator(asio::any_io_executor executor, const Clock& clock, store::Store& store, Events& events, Options options);
  ~Coordinator();
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  // The peer that a resume token stands for, or a new one without a token. Unauthenticated for a token that is
  // expired or not ours.
  Result<PeerId> peerFor(std::optional<std::string> resumeToken);

  // Serves one client's WebSocket to its end.
  Task<void> serveClient(std::unique_ptr<http::WebSocket> socket, ClientSession session);

  // Serves a peer in this process, which may tunnel to any agent: the server's own tunnel for apps and terminals. The
  // other end of `stream` speaks yamux as the client.
  Task<void> serveInternal(std::unique_ptr<Stream> stream, PeerId peer);

  // The Tailnet service on an agent's session; the peer is the agent itself. The coordinator must outlive `server`.
  void addAgentService(rpc::DrpcServer& server, AgentId agent);

  // Of a connected peer.
  std::optional<PeerNetwork> networkOf(AgentId agent) const;

  // Tells every peer ("coordinator closed"), ends all sessions and waits for them. May be called twice.
  Task<void> stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace berth::server
