// The agents' sessions: the Agent service, and whether an agent is connected (reference/tailnet.md 7).
//
// All calls are made on the server's loop. The route table calls the handler in Routes.h; this is what it and the
// composition use.
#pragma once

#include <memory>

#include "core/http/WebSocket.h"
#include "core/server/Services.h"
#include "core/server/coordinator/RpcVersion.h"
#include "core/server/http/Actor.h"

namespace berth::server {

struct AgentSessionOptions {
  RpcVersion version;
  bool isAgentItself = true;  // ?role= empty or "agent": connection times are kept, and an older session is replaced
};

class AgentRpc {
 public:
  // Uses services.store, events, clock, deployment and coordinator (which must be there).
  AgentRpc(asio::any_io_executor executor, Services& services);
  ~AgentRpc();
  AgentRpc(const AgentRpc&) = delete;
  AgentRpc& operator=(const AgentRpc&) = delete;

  // Serves one agent's WebSocket to its end.
  Task<void> serve(std::unique_ptr<http::WebSocket> socket, AgentIdentity agent, AgentSessionOptions options);

  // Ends every session (agents redial by themselves) and waits for them and what they still write. May be called twice.
  Task<void> stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace berth::server
