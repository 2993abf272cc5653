#include "tunnel/derp/Relay.h"

#include <boost/algorithm/string/predicate.hpp>

#include "core/base/Log.h"
#include "tunnel/derp/RelayConnection.h"

namespace berth::tunnel::derp {

namespace {

constexpr int kSwitchingProtocols = 101;
constexpr int kMethodNotAllowed = 405;
constexpr int kUpgradeRequired = 426;
constexpr int kServiceUnavailable = 503;
constexpr std::string_view kSubprotocol = "derp";
constexpr std::size_t kRemembered = 1024;  // destinations of one client before those that left are forgotten

http::Response textResponse(int status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

bool headerIs(const http::Request& request, std::string_view name, std::string_view value) {
  const auto field = request.headers.find(name);
  return field && boost::iequals(*field, value);
}

}  // namespace

Relay::Relay(asio::any_io_executor executor, wire::RelayPrivate key, Rng& rng, const Clock& clock, RelayLimits limits)
    : m_executor(std::move(executor)),
      m_key(std::move(key)),
      m_publicKey(m_key.publicKey()),
      m_rng(rng),
      m_clock(clock),
      m_limits(limits) {}

Relay::~Relay() { stop(); }

void Relay::stop() noexcept {
  m_isStopped = true;
  for (RelayConnection* connection : m_connections) connection->close();
}

Task<void> Relay::serve(std::unique_ptr<Stream> stream) {
  if (m_isStopped || m_connections.size() >= m_limits.maxConnections) co_return;
  RelayConnection connection(*this, std::move(stream));
  m_connections.insert(&connection);
  co_await connection.run();
  m_connections.erase(&connection);
}

Task<void> Relay::serveUpgrade(http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  const bool isWebSocket = headerIs(request, "Upgrade", "websocket");
  const bool isRefused = m_isStopped || m_connections.size() >= m_limits.maxConnections;
  std::optional<http::Response> answer;
  if (request.method != "GET")
    answer = textResponse(kMethodNotAllowed, "Method Not Allowed\n");
  else if (!isWebSocket && !headerIs(request, "Upgrade", "DERP"))
    answer = textResponse(kUpgradeRequired, "DERP requires connection upgrade\n");
  else if (isRefused)
    answer = textResponse(kServiceUnavailable, "The relay takes no more connections.\n");
  if (answer) {
    (void)co_await exchange.respond(std::move(*answer));
    co_return;
  }

  log::debug("relay: a peer comes by {}", isWebSocket ? "WebSocket" : "upgrade");
  // A WebSocket without the subprotocol gets the raw protocol, as it always did (reference/tailnet.md 5.1.2).
  if (isWebSocket && headerIs(request, "Sec-WebSocket-Protocol", kSubprotocol)) {
    http::Headers extra;
    extra.set("Sec-WebSocket-Protocol", kSubprotocol);
    auto socket = co_await exchange.acceptWebSocket(std::move(extra));
    if (!socket) co_return;
    (*socket)->setReadLimit(kFrameHeaderSize + kMaxClientInfo);
    co_await serve(http::asStream(std::move(*socket)));
    co_return;
  }
  http::Response head;
  head.status = kSwitchingProtocols;
  head.headers = {{"Upgrade", "DERP"},
                  {"Connection", "Upgrade"},
                  {"Derp-Version", std::to_string(kProtocolVersion)},
                  {"Derp-Public-Key", m_publicKey.toString()}};
  auto stream = co_await exchange.upgrade(std::move(head), !headerIs(request, "Derp-Fast-Start", "1"));
  if (stream) co_await serve(std::move(*stream));
}

void Relay::add(RelayConnection& connection) { m_clients[connection.key()].connections.push_back(&connection); }

void Relay::remove(RelayConnection& connection) {
  const auto found = m_clients.find(connection.key());
  if (found == m_clients.end()) return;
  std::erase(found->second.connections, &connection);
  if (!found->second.connections.empty()) return;
  const auto sentTo = std::move(found->second.sentTo);
  m_clients.erase(found);
  for (const wire::NodePublic& peer : sentTo) {
    const auto known = m_clients.find(peer);
    if (known == m_clients.end()) continue;
    for (RelayConnection* other : known->second.connections)
      other->tellPeerGone(connection.key(), GoneReason::Disconnected);
  }
}

bool Relay::forward(RelayConnection& from, const wire::NodePublic& to, ByteView packet) {
  Client& sender = m_clients.at(from.key());
  if (sender.connections.back() != &from) {
    std::erase(sender.connections, &from);
    sender.connections.push_back(&from);
  }
  const auto found = m_clients.find(to);
  if (found == m_clients.end()) return false;
  found->second.connections.back()->deliver(from.key(), packet);
  if (from.m_lastSentTo == to) return true;
  from.m_lastSentTo = to;
  if (sender.sentTo.size() >= kRemembered)
    std::erase_if(sender.sentTo, [this](const auto& key) { return !m_clients.contains(key); });
  sender.sentTo.insert(to);
  return true;
}

}  // namespace berth::tunnel::derp
