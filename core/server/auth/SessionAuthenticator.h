// Who a token belongs to: API keys and agent tokens, looked up in the store (reference/rest-api.md 1.3,
// provisioning.md 5.4).
#pragma once

#include "core/base/Clock.h"
#include "core/server/http/Authenticator.h"
#include "core/store/Store.h"

namespace berth::server {

class SessionAuthenticator final : public Authenticator {
 public:
  // Both must outlive it.
  SessionAuthenticator(store::Store& store, const Clock& clock) : m_store(store), m_clock(clock) {}

  Task<ApiResult<Actor>> authenticateUser(Secret token, std::string remoteAddress) override;
  Task<ApiResult<AgentIdentity>> authenticateAgent(Secret token) override;

 private:
  store::Store& m_store;
  const Clock& m_clock;
};

// For other ways in than the pipeline. Inside a transaction.
ApiResult<AgentIdentity> findAgentIdentity(store::Transaction& tx, std::string_view token);

}  // namespace berth::server
