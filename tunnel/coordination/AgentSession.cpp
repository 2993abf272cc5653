#include "tunnel/coordination/AgentSession.h"

#include "tunnel/coordination/Session.h"

namespace berth::tunnel::coordination {

class AgentSession::Impl : public Session {
 public:
  using Session::Session;
};

AgentSession::AgentSession(asio::any_io_executor executor, NetworkUser& user, const Clock& clock)
    : m_impl(std::make_shared<Impl>(std::move(executor), user, clock, PeerTable::Side::Agent)) {
  m_impl->start();
}

AgentSession::~AgentSession() { stop(); }

void AgentSession::updateSelf(NodeInfo self) { m_impl->updateSelf(std::move(self)); }

Task<Result<void>> AgentSession::run(std::shared_ptr<rpc::YamuxSession> session) {
  const auto impl = m_impl;
  co_return co_await impl->run(std::move(session));
}

Task<void> AgentSession::disconnect() {
  const auto impl = m_impl;
  co_await impl->disconnect();
}

void AgentSession::stop() noexcept { m_impl->stop(); }

}  // namespace berth::tunnel::coordination
