// An agent's part in the tailnet, on the yamux session that it has to the server anyway. What it knows of its peers
// outlives the sessions, so tunnels survive a server that is away.
#pragma once

#include <memory>

#include "core/rpc/YamuxSession.h"
#include "tunnel/coordination/NetworkUser.h"
#include "tunnel/coordination/PeerTable.h"

namespace berth::tunnel::coordination {

class AgentSession {
 public:
  // `user` and `clock` must outlive this.
  AgentSession(asio::any_io_executor executor, NetworkUser& user, const Clock& clock);
  ~AgentSession();  // stop()
  AgentSession(const AgentSession&) = delete;
  AgentSession& operator=(const AgentSession&) = delete;

  // As ClientSession::updateSelf().
  void updateSelf(NodeInfo self);

  // Takes part over this session until it ends (the reason is the result) or stop(). Call it again with the next one.
  Task<Result<void>> run(std::shared_ptr<rpc::YamuxSession> session);

  Task<void> disconnect();
  void stop() noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> m_impl;
};

}  // namespace berth::tunnel::coordination
