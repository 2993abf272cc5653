#include "app/cli/AgentRoute.h"

#include "app/cli/AgentAccess.h"
#include "core/base/Log.h"
#include "tunnel/service/SocketPath.h"

namespace berth::cli {

namespace {

constexpr std::chrono::seconds kFirstPing{5};

}  // namespace

// The app's tunnel goes directly where it can.
AgentRoute::AgentRoute(Context& context, client::Session& session, AgentId agent, Rng& rng, bool forcesNewTunnel)
    : m_context(context),
      m_session(session),
      m_agent(agent),
      m_rng(rng),
      m_app(tunnel::service::socketPath()),
      m_asksApp(!forcesNewTunnel && !context.options().disablesDirect) {}

void AgentRoute::leaveApp(const Error& why) {
  m_asksApp = false;
  log::debug("a tunnel of our own: {}", why.message());
}

Task<Result<void>> AgentRoute::openOwn() {
  if (m_own) co_return Result<void>();
  CO_TRY_ASSIGN(m_own, co_await openTunnel(m_context, m_session, m_agent, m_rng));
  co_return Result<void>();
}

Task<Result<void>> AgentRoute::connect() {
  if (!m_asksApp) co_return co_await openOwn();
  const auto pong = co_await ping(kFirstPing);  // turns to our own tunnel by itself
  if (m_own || pong || pong.error().code() == ErrorCode::Timeout) co_return Result<void>();
  co_return fail(pong.error());
}

Task<Result<std::unique_ptr<Stream>>> AgentRoute::dial(AgentId agent, std::uint16_t port) {
  if (agent != m_agent) co_return fail(ErrorCode::InvalidInput, "this route leads to another agent");
  if (m_asksApp) {
    auto stream = co_await m_app.dial({.deployment = m_session.url().toString(), .agent = m_agent, .port = port});
    if (stream) {
      m_hasUsedApp = true;
      log::debug("over the app's tunnel");
      co_return stream;
    }
    leaveApp(stream.error());
  }
  CO_TRY(co_await openOwn());
  co_return co_await m_own->dial(agent, port);
}

Result<std::unique_ptr<tunnel::dialer::UdpFlow>> AgentRoute::dialUdp(std::uint16_t port,
                                                                     tunnel::dialer::UdpFlow::Handler handler) {
  if (!m_own) return fail(ErrorCode::Unsupported, "the app's tunnel carries no datagrams");
  return m_own->dialUdp(port, std::move(handler));
}

Task<Result<tunnel::dialer::PingResult>> AgentRoute::ping(std::chrono::milliseconds timeout) {
  if (m_asksApp) {
    auto pong = co_await m_app.ping({.deployment = m_session.url().toString(), .agent = m_agent, .timeout = timeout});
    if (pong || pong.error().code() == ErrorCode::Timeout) {
      m_hasUsedApp = true;
      co_return pong;
    }
    leaveApp(pong.error());
  }
  CO_TRY(co_await openOwn());
  co_return co_await m_own->ping(timeout);
}

tunnel::dialer::ClientTunnelStatus AgentRoute::status() const {
  if (m_own) return m_own->status();
  return {.hasSession = m_hasUsedApp, .receivedBytes = m_app.carried().received, .sentBytes = m_app.carried().sent};
}

Task<void> AgentRoute::close() {
  if (m_own) co_await m_own->close();
}

}  // namespace berth::cli
