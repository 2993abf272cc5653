#include "tunnel/coordination/ClientSession.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "core/base/Log.h"
#include "tunnel/coordination/Session.h"

namespace berth::tunnel::coordination {

namespace {

constexpr std::chrono::milliseconds kMinBackOff{50};
constexpr std::chrono::milliseconds kMaxBackOff{10'000};
constexpr std::chrono::minutes kDefaultRefresh{30};  // where the server names none, reference/tailnet.md 4.8

bool mayPass(ErrorCode code) {
  return code == ErrorCode::Unavailable || code == ErrorCode::ConnectionLost || code == ErrorCode::Timeout ||
         code == ErrorCode::EndOfStream;
}

}  // namespace

class ClientSession::Impl : public Session {
 public:
  Impl(const asio::any_io_executor& executor, ControlDialer& dialer, NetworkUser& user, const Clock& clock)
      : Session(executor, user, clock, PeerTable::Side::Client),
        m_dialer(dialer),
        m_clock(clock),
        m_reconnectAsked(executor) {}

  Task<Result<void>> keepUp();
  void reconnect() noexcept;

 private:
  struct ResumeToken {
    std::string text;
    WallTime expiresAt;
  };

  Task<Result<std::unique_ptr<Stream>>> dial();
  Task<bool> pause(std::chrono::milliseconds time);
  Task<void> refreshToken(std::shared_ptr<rpc::YamuxSession> session);
  Task<Result<void>> useConnection(std::unique_ptr<Stream> stream);

  ControlDialer& m_dialer;
  const Clock& m_clock;
  std::optional<ResumeToken> m_token;
  std::shared_ptr<rpc::YamuxSession> m_session;  // while connected
  Notifier m_reconnectAsked;
};

void ClientSession::Impl::reconnect() noexcept {
  if (m_session) m_session->close();
  m_reconnectAsked.notify();
}

// False once stopped; ends early when a reconnect is asked for.
Task<bool> ClientSession::Impl::pause(std::chrono::milliseconds time) {
  using asio::experimental::awaitable_operators::operator||;
  co_await (sleepUntil(m_clock.now() + time) || m_reconnectAsked.wait());
  co_return !isStopped();
}

Task<Result<std::unique_ptr<Stream>>> ClientSession::Impl::dial() {
  using asio::experimental::awaitable_operators::operator||;
  if (m_token && m_token->expiresAt <= m_clock.wallNow()) m_token.reset();
  while (true) {
    auto either =
        co_await (m_dialer.dial(m_token ? m_token->text : std::string()) || untilStopped() || m_reconnectAsked.wait());
    if (either.index() == 1) co_return fail(ErrorCode::Cancelled, "the tailnet session was stopped");
    if (either.index() == 2) continue;
    auto& stream = std::get<0>(either);
    const bool isTokenRefused = !stream && stream.error().code() == ErrorCode::Unauthenticated && m_token;
    if (!isTokenRefused) co_return std::move(stream);
    m_token.reset();
  }
}

Task<Result<void>> ClientSession::Impl::keepUp() {
  auto backOff = kMinBackOff;
  bool wasConnected = false;
  while (!isStopped()) {
    auto stream = co_await dial();
    if (isStopped()) break;
    if (!stream && !wasConnected && !mayPass(stream.error().code())) co_return fail(stream.error());
    if (stream) {
      wasConnected = true;
      backOff = kMinBackOff;
      const auto ended = co_await useConnection(std::move(*stream));
      if (!isStopped()) log::info("tailnet: connection ended: {}", ended.error().message());
    } else {
      log::warning("tailnet: {}; trying again in {} ms", stream.error().message(), backOff.count());
    }
    if (!co_await pause(backOff)) break;
    backOff = std::min(2 * backOff, kMaxBackOff);
  }
  co_return fail(ErrorCode::Cancelled, "the tailnet session was stopped");
}

Task<Result<void>> ClientSession::Impl::useConnection(std::unique_ptr<Stream> stream) {
  auto session = std::make_shared<rpc::YamuxSession>(std::move(stream), rpc::YamuxSession::Role::Client);
  const auto executor = session->executor();
  asio::co_spawn(
      executor,
      [](std::shared_ptr<Session> self, std::shared_ptr<rpc::YamuxSession> on) -> Task<void> {
        co_await static_cast<Impl&>(*self).refreshToken(std::move(on));
      }(shared_from_this(), session),
      asio::detached);
  m_session = session;
  auto ended = co_await run(session);
  m_session.reset();
  session->close();
  co_return ended;
}

// A server without the call is not asked again on this connection; the session goes on (reference/tailnet.md 4.8).
Task<void> ClientSession::Impl::refreshToken(std::shared_ptr<rpc::YamuxSession> session) {
  rpc::TailnetClient client(session);
  while (!isStopped() && !session->isEnded()) {
    const auto response = co_await client.refreshResumeToken();
    if (!response) co_return;
    m_token = ResumeToken{response->token(), rpc::fromTimestamp(response->expires_at())};
    std::chrono::nanoseconds refreshIn = rpc::fromDuration(response->refresh_in());
    if (refreshIn.count() <= 0) refreshIn = kDefaultRefresh;
    if (!co_await sleepUntil(m_clock.now() + std::chrono::duration_cast<TimePoint::duration>(refreshIn))) co_return;
  }
}

ClientSession::ClientSession(asio::any_io_executor executor, ControlDialer& dialer, NetworkUser& user,
                             const Clock& clock)
    : m_impl(std::make_shared<Impl>(executor, dialer, user, clock)) {
  m_impl->start();
}

ClientSession::~ClientSession() { stop(); }

void ClientSession::addDestination(const Uuid& peer) { m_impl->addDestination(peer); }

void ClientSession::removeDestination(const Uuid& peer) { m_impl->removeDestination(peer); }

void ClientSession::updateSelf(NodeInfo self) { m_impl->updateSelf(std::move(self)); }

Task<Result<void>> ClientSession::run() {
  const auto impl = m_impl;
  co_return co_await impl->keepUp();
}

bool ClientSession::isConnected() const noexcept { return m_impl->isRunning(); }

void ClientSession::reconnect() noexcept { m_impl->reconnect(); }

Task<void> ClientSession::disconnect() {
  const auto impl = m_impl;
  co_await impl->disconnect();
}

void ClientSession::stop() noexcept { m_impl->stop(); }

}  // namespace berth::tunnel::coordination
