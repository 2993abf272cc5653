#include "tunnel/coordination/Session.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "core/base/Log.h"
#include "tunnel/coordination/Convert.h"

namespace berth::tunnel::coordination {

namespace {

constexpr std::chrono::seconds kGoodByeTimeout{1};

}  // namespace

Session::Session(asio::any_io_executor executor, NetworkUser& user, const Clock& clock, PeerTable::Side side)
    : m_executor(executor),
      m_user(user),
      m_clock(clock),
      m_peers(side, [&user](const wire::NodePublic& key) { return user.lastHandshakeAt(key); }),
      m_stopped(executor),
      m_timersChanged(executor),
      m_unsentChanged(executor),
      m_streamsEnded(executor) {}

void Session::start() {
  asio::co_spawn(
      m_executor, [](std::shared_ptr<Session> self) -> Task<void> { co_await self->runTimers(); }(shared_from_this()),
      asio::detached);
}

void Session::stop() noexcept {
  m_isStopped = true;
  endStreams(Error(ErrorCode::Cancelled, "the tailnet session was stopped"));
  m_stopped.notify();
  m_timersChanged.notify();
}

void Session::endStreams(const Error& reason) noexcept {
  if (!m_endReason) m_endReason = reason;
  if (m_call) m_call->close();
  if (m_derpMaps) m_derpMaps->close();
  m_unsentChanged.notify();
}

Task<bool> Session::sleepUntil(TimePoint deadline) {
  while (!m_isStopped) {
    const auto waited = co_await m_stopped.waitUntil(deadline);
    if (!waited) co_return !m_isStopped && waited.error().code() == ErrorCode::Timeout;
  }
  co_return false;
}

Task<void> Session::untilStopped() {
  while (!m_isStopped)
    if (!co_await m_stopped.wait()) co_return;
}

Task<void> Session::runTimers() {
  while (!m_isStopped) {
    const TimePoint next = m_peers.nextTimerAt();
    if (next > m_clock.now()) {
      const auto waited = co_await m_timersChanged.waitUntil(next);
      if (waited || waited.error().code() != ErrorCode::Timeout) continue;
    }
    if (!m_isStopped) apply(m_peers.onTimer(m_clock.now()));
  }
}

void Session::addDestination(const Uuid& peer) {
  m_peers.addDestination(peer);
  m_destinations.push_back(peer);
  m_unsent.tunnels.push_back({peer});
  m_unsentChanged.notify();
}

void Session::removeDestination(const Uuid& peer) {
  std::erase(m_destinations, peer);
  m_unsent.tunnels.push_back({peer, false});
  m_unsentChanged.notify();
  apply(m_peers.removeDestination(peer));
}

void Session::updateSelf(NodeInfo self) {
  m_self = std::move(self);
  m_unsent.self = true;
  m_unsentChanged.notify();
}

void Session::apply(const std::vector<Action>& actions) {
  for (const Action& action : actions) {
    if (const auto* put = std::get_if<ConfigurePeer>(&action)) {
      log::debug("tailnet: peer {} at region {}", put->id.toString(), put->node.preferredDerp);
      m_user.putPeer(put->node, put->keepsAlive);
    } else if (const auto* remove = std::get_if<RemovePeer>(&action)) {
      log::debug("tailnet: peer {} is gone", remove->id.toString());
      m_user.removePeer(remove->key);
    } else {
      m_unsent.readies.push_back(std::get<AnswerReady>(action).id);
      m_unsentChanged.notify();
    }
  }
  m_timersChanged.notify();
}

// ---- one connection

Task<Result<void>> Session::run(std::shared_ptr<rpc::YamuxSession> session) {
  using asio::experimental::awaitable_operators::operator&&;
  const auto self = shared_from_this();
  rpc::TailnetClient client(session);
  m_endReason.reset();
  m_unsent = {.self = m_self.has_value()};
  for (const Uuid& each : m_destinations) m_unsent.tunnels.push_back({each});
  CO_TRY_ASSIGN(m_call, co_await client.coordinate());
  if (m_isStopped) endStreams(Error(ErrorCode::Cancelled, "the tailnet session was stopped"));
  // Whichever ends first ends the others.
  const auto endsAll = [](Session& owner, Task<Result<void>> part) -> Task<void> {
    const auto result = co_await std::move(part);
    owner.endStreams(result ? Error(ErrorCode::EndOfStream, "the server ended the tailnet session") : result.error());
  };
  co_await (endsAll(*this, sendRequests()) && endsAll(*this, receiveUpdates()) &&
            endsAll(*this, receiveDerpMaps(client)));
  m_call.reset();
  m_derpMaps.reset();
  m_streamsEnded.notify();
  if (!m_isStopped) m_peers.onStreamLost(m_clock.now());
  m_timersChanged.notify();
  co_return fail(m_endReason->in("tailnet"));
}

Task<Result<void>> Session::sendRequests() {
  while (!m_endReason) {
    const auto request = nextRequest();
    if (request)
      CO_TRY(co_await m_call->send(*request));
    else if (!co_await m_unsentChanged.wait())
      co_return fail(ErrorCode::Cancelled, "sending was cancelled");
  }
  co_return Result<void>();
}

// The order that worked with stock servers: tunnels, then ourselves, then answers.
std::optional<rpc::tailnetpb::CoordinateRequest> Session::nextRequest() {
  rpc::tailnetpb::CoordinateRequest request;
  if (!m_unsent.tunnels.empty()) {
    const TunnelChange change = m_unsent.tunnels.front();
    m_unsent.tunnels.pop_front();
    auto* const tunnel = change.isAdded ? request.mutable_add_tunnel() : request.mutable_remove_tunnel();
    tunnel->set_id(rpc::toWire(change.peer));
  } else if (m_unsent.self && m_self->preferredDerp != 0) {
    *request.mutable_update_self()->mutable_node() = toProto(*m_self);
    m_unsent.self = false;
  } else if (!m_unsent.readies.empty()) {
    for (const Uuid& peer : m_unsent.readies) request.add_ready_for_handshake()->set_id(rpc::toWire(peer));
    m_unsent.readies.clear();
  } else if (m_unsent.disconnect) {
    request.mutable_disconnect();
    m_unsent.disconnect = false;
  } else {
    return std::nullopt;
  }
  return request;
}

Task<Result<void>> Session::receiveUpdates() {
  while (!m_endReason) {
    CO_TRY_ASSIGN(const auto response, co_await m_call->receive());
    if (!m_isStopped) onResponse(response);
  }
  co_return Result<void>();
}

void Session::onResponse(const rpc::tailnetpb::CoordinateResponse& response) {
  // Some are fatal, and then the stream ends after them; some are not.
  if (!response.error().empty()) log::warning("tailnet: the coordinator says: {}", response.error());
  for (const auto& item : response.peer_updates()) {
    const auto update = fromProto(item);
    if (!update) {
      log::debug("tailnet: update of a peer ignored: {}", update.error().message());
      continue;
    }
    log::debug("tailnet: {} {} {}", update->id.toString(), toString(update->kind), update->reason);
    apply(m_peers.onUpdate(*update, m_clock.now()));
  }
}

Task<Result<void>> Session::receiveDerpMaps(rpc::TailnetClient& client) {
  CO_TRY_ASSIGN(m_derpMaps, co_await client.streamDerpMaps());
  while (!m_endReason) {
    CO_TRY_ASSIGN(const auto map, co_await m_derpMaps->receive<rpc::tailnetpb::DERPMap>());
    if (!m_isStopped) m_user.setDerpMap(fromProto(map));
  }
  co_return Result<void>();
}

// Closing at once could overtake the message: wait until the server has hung up (reference/tailnet.md 4.10).
Task<void> Session::disconnect() {
  const auto self = shared_from_this();
  if (m_call && !m_isStopped) {
    m_unsent.disconnect = true;
    m_unsentChanged.notify();
    const TimePoint deadline = m_clock.now() + kGoodByeTimeout;
    while (m_call)
      if (!co_await m_streamsEnded.waitUntil(deadline)) break;
  }
  stop();
}

}  // namespace berth::tunnel::coordination
