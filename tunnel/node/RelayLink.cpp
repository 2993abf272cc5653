#include "tunnel/node/RelayLink.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/base/Log.h"
#include "tunnel/derp/Dial.h"

namespace berth::tunnel {

namespace {

constexpr std::chrono::milliseconds kFirstRetry{50};
constexpr std::chrono::milliseconds kMaxRetry{2'000};
constexpr std::chrono::milliseconds kDialTimeout{10'000};   // for an answer to the upgrade
constexpr std::chrono::milliseconds kMinCheckTimeout{250};  // or four round trips
constexpr std::size_t kMaxWaiting = 64;
constexpr std::chrono::seconds kComplaintSpacing{60};  // of what a relay says about its health, in the log
constexpr std::size_t kMaxComplaint = 200;
// What is queued ahead of the socket delays everybody else's packets, so it is kept to some milliseconds' worth.
constexpr std::size_t kFullQueue = 256U << 10;

}  // namespace

RelayLink::RelayLink(std::shared_ptr<const RelayEnvironment> environment, RelayUser& user, wire::DerpRegion region,
                     bool forcesWebSocket)
    : m_environment(std::move(environment)),
      m_user(&user),
      m_region(std::move(region)),
      m_usesWebSocket(forcesWebSocket),
      m_retry(m_environment->executor),
      m_checkTimer(m_environment->executor),
      m_lastUsedAt(m_environment->clock.now()) {}

void RelayLink::start() { asio::co_spawn(m_environment->executor, keepUp(shared_from_this()), asio::detached); }

void RelayLink::stop() noexcept {
  m_user = nullptr;
  m_retry.cancel();
  m_checkTimer.cancel();
  if (m_client) m_client->close();
}

void RelayLink::check() {
  m_retry.cancel();
  if (!m_client) return;
  measure();
  m_checkTimer.expires_after(std::max<std::chrono::nanoseconds>(kMinCheckTimeout, 4 * m_roundTrip));
  m_checkTimer.async_wait([weak = weak_from_this(), client = m_client.get()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->m_client.get() != client || !self->m_pingSentAt) return;
    log::info("relay {} does not answer", self->m_region.id);
    client->close();
  });
}

void RelayLink::setHome(bool isHome) {
  if (m_client && isHome != m_isHome) m_client->notePreferred(isHome);
  m_isHome = isHome;
}

bool RelayLink::hasRoom() const noexcept { return m_client && m_client->queuedBytes() < kFullQueue; }

void RelayLink::send(const wire::NodePublic& to, ByteView packet) {
  m_lastUsedAt = m_environment->clock.now();
  if (m_client) {
    (void)m_client->send(to, packet);  // fails only for packets larger than any that we make
    return;
  }
  if (m_waiting.size() >= kMaxWaiting) m_waiting.pop_front();
  m_waiting.emplace_back(to, toBytes(packet));
}

Task<void> RelayLink::keepUp(std::shared_ptr<RelayLink> self) {
  auto retry = kFirstRetry;
  bool hasComplained = false;
  while (self->m_user != nullptr) {
    auto client = co_await self->connect();
    if (self->m_user == nullptr) break;
    if (client) {
      retry = kFirstRetry;
      hasComplained = false;
      self->onUp(*std::move(client));
      const Error ended = co_await self->readUntilEnd();
      self->m_client.reset();
      if (self->m_user != nullptr) log::info("relay {} is away: {}", self->m_region.id, ended.message());
    } else {
      const auto level = std::exchange(hasComplained, true) ? log::Level::Debug : log::Level::Warning;
      log::write(level, std::format("relay {}: {}; trying again", self->m_region.id, client.error().message()));
    }
    if (self->m_user == nullptr) break;
    self->m_retry.expires_after(retry);
    retry = std::min(2 * retry, kMaxRetry);
    boost::system::error_code ignored;
    co_await self->m_retry.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

Task<Result<std::unique_ptr<derp::Client>>> RelayLink::connect() {
  const wire::DerpNode* const node = m_region.relayNode();
  if (node == nullptr) co_return fail(ErrorCode::Unavailable, "the region has no relay");
  CO_TRY_ASSIGN(const http::Url origin, http::parseUrl(node->url()));
  http::ClientOptions options = m_environment->http;
  options.requestTimeout = std::min(options.requestTimeout, kDialTimeout);
  const auto http = http::makeClient(m_environment->executor, origin, options);
  const auto transport = m_usesWebSocket ? derp::Transport::WebSocket : derp::Transport::RawUpgrade;
  auto stream = co_await derp::dialRelay(*http, transport);
  if (!stream) {
    if (stream.error().code() == ErrorCode::Unsupported && !std::exchange(m_usesWebSocket, true) && m_user != nullptr)
      m_user->onRelayForcedWebSocket(m_region.id, stream.error().message());
    co_return fail(std::move(stream).error());
  }
  co_return co_await derp::Client::login(*std::move(stream), m_environment->key, m_environment->rng,
                                         m_environment->clock);
}

void RelayLink::onUp(std::unique_ptr<derp::Client> client) {
  m_client = std::move(client);
  m_client->setOnRoom(kFullQueue / 2, [this] {
    if (m_user != nullptr) m_user->onRelayRoom(m_region.id);
  });
  if (m_isHome) m_client->notePreferred(true);
  for (const auto& [to, packet] : std::exchange(m_waiting, {})) (void)m_client->send(to, packet);
  measure();
  log::debug("relay {} is connected", m_region.id);
  m_user->onRelayUp(m_region.id);
}

void RelayLink::measure() {
  m_pingSentAt = m_environment->clock.now();
  m_client->ping({});
}

Task<Error> RelayLink::readUntilEnd() {
  while (true) {
    if (auto ready = co_await m_client->wait(); !ready) co_return std::move(ready).error();
    while (m_user != nullptr) {
      const auto event = m_client->next();
      if (!event) break;
      dispatch(*event);
    }
    if (m_user == nullptr) co_return Error(ErrorCode::Cancelled, "stopped");
    m_user->onRelayBatchEnd();
  }
}

void RelayLink::dispatch(const derp::Event& event) {
  if (const auto* received = std::get_if<derp::ReceivedPacket>(&event)) {
    m_user->onRelayPacket(m_region.id, received->source, received->packet);
  } else if (const auto* gone = std::get_if<derp::PeerGone>(&event)) {
    m_user->onRelayGone(m_region.id, gone->peer);
  } else if (std::holds_alternative<derp::PongReceived>(event)) {
    if (const auto sentAt = std::exchange(m_pingSentAt, std::nullopt)) {
      m_roundTrip = m_environment->clock.now() - *sentAt;
      m_user->onRelayLatency(m_region.id, m_roundTrip);
    }
  } else if (const auto* health = std::get_if<derp::Health>(&event)) {
    onHealth(health->problem);
  }
}

// A relay may say this as often and as long as it likes; our log does not repeat it.
void RelayLink::onHealth(std::string_view problem) {
  const TimePoint now = m_environment->clock.now();
  if (problem.empty() || (m_complainedAt && now - *m_complainedAt < kComplaintSpacing)) return;
  m_complainedAt = now;
  log::warning("relay {} says: {}", m_region.id, problem.substr(0, kMaxComplaint));
}

}  // namespace berth::tunnel
