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
  Impl(asio::any_io_executor executor, ControlDialer& dialer, NetworkUser& user, const Clock& clock)
      : Session(std::move(executor), user, clock, PeerTable::Side::Client), m_dialer(dialer), m_clock(clock) {}

  Task<Result<void>> keepUp();

 private:
  struct ResumeToken {
    std::string text;
    WallTime expiresAt;
  };

  Task<Result<std::unique_ptr<Stream>>> dial();
  Task<void> refreshToken(std::shared_ptr<rpc::YamuxSession> session);
  Task<Result<void>> useConnection(std::unique_ptr<Stream> stream);

  ControlDialer& m_dialer;
  const Clock& m_clock;
  std::optional<ResumeToken> m_token;
};

Task<Result<std::unique_ptr<Stream>>> ClientSession::Impl::dial() {
  using asio::experimental::awaitable_operators::operator||;
  if (m_token && m_token->expiresAt <= m_clock.wallNow()) m_token.reset();
  while (true) {
    auto either = co_await (m_dialer.dial(m_token ? m_token->text : std::string()) || untilStopped());
    if (either.index() == 1) co_return fail(ErrorCode::Cancelled, "the tailnet session was stopped");
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
    if (!co_await sleepUntil(m_clock.now() + backOff)) break;
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
  auto ended = co_await run(session);
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
    : m_impl(std::make_shared<Impl>(std::move(executor), dialer, user, clock)) {
  m_impl->start();
}

ClientSession::~ClientSession() { stop(); }

void ClientSession::addDestination(const Uuid& peer) { m_impl->addDestination(peer); }

void ClientSession::updateSelf(NodeInfo self) { m_impl->updateSelf(std::move(self)); }

Task<Result<void>> ClientSession::run() {
  const auto impl = m_impl;
  co_return co_await impl->keepUp();
}

bool ClientSession::isConnected() const noexcept { return m_impl->isRunning(); }

Task<void> ClientSession::disconnect() {
  const auto impl = m_impl;
  co_await impl->disconnect();
}

void ClientSession::stop() noexcept { m_impl->stop(); }

}  // namespace berth::tunnel::coordination
