#include "core/server/coordinator/TailnetService.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "core/base/Log.h"
#include "core/base/Notifier.h"

namespace berth::server {

using namespace rpc::tailnetpb;

namespace {

// One Coordinate stream: requests into the table, the mailbox out to the peer.
class CoordinateStream {
 public:
  CoordinateStream(TailnetState& state, rpc::DrpcCall& call, const Uuid& peer, const PeerAuth& auth,
                   asio::any_io_executor executor)
      : m_state(state),
        m_call(call),
        m_peer(peer),
        m_auth(auth),
        m_mailbox(std::make_shared<Mailbox>()),
        m_changed(std::make_shared<Notifier>(executor)) {
    m_mailbox->wake = [changed = m_changed] { changed->notify(); };
  }
  ~CoordinateStream() { m_state.peers.lose(m_peer, *m_mailbox); }
  CoordinateStream(const CoordinateStream&) = delete;
  CoordinateStream& operator=(const CoordinateStream&) = delete;

  // The reader may end first (the peer left, or was refused); the writer then still has a last word to send.
  Task<Result<void>> run() {
    using asio::experimental::awaitable_operators::operator||;
    m_state.peers.connect(m_peer, m_mailbox);
    auto outcome = co_await (writeResponses() || readRequests());
    if (auto* written = std::get_if<0>(&outcome)) co_return std::move(*written);
    co_return Result<void>();
  }

 private:
  Task<void> readRequests() {
    while (!m_mailbox->isEnded) {
      const auto request = co_await m_call.receive<CoordinateRequest>();
      auto accepted = request ? co_await authorizeRequest(m_auth, *request) : Result<void>();
      if (request && accepted) accepted = m_state.peers.apply(m_peer, *m_mailbox, *request);
      if (!request || !accepted) endBecauseOf(accepted);
    }
    // Never notified: the writer's end is what ends this.
    Notifier forever(co_await asio::this_coro::executor);
    co_await forever.wait();
  }

  void endBecauseOf(const Result<void>& refusal) {
    m_state.peers.lose(m_peer, *m_mailbox);
    if (!refusal) {
      log::debug("coordinator: peer {}: {}", m_peer.toString(), refusal.error().message());
      m_mailbox->responses.emplace_back().set_error(refusal.error().message());
    }
    m_mailbox->isEnded = true;
    m_changed->notify();
  }

  Task<Result<void>> writeResponses() {
    while (true) {
      while (!m_mailbox->responses.empty()) {
        const auto response = std::move(m_mailbox->responses.front());
        m_mailbox->responses.pop_front();
        CO_TRY(co_await m_call.send(response));
      }
      if (m_mailbox->isEnded) co_return co_await m_call.finish();
      if (!co_await m_changed->wait()) co_return fail(ErrorCode::Cancelled, "cancelled");
    }
  }

  TailnetState& m_state;
  rpc::DrpcCall& m_call;
  Uuid m_peer;
  const PeerAuth& m_auth;
  std::shared_ptr<Mailbox> m_mailbox;
  std::shared_ptr<Notifier> m_changed;
};

Task<Result<void>> coordinate(TailnetState& state, rpc::DrpcCall& call, const Uuid& peer, const PeerAuth& auth) {
  CoordinateStream stream(state, call, peer, auth, co_await asio::this_coro::executor);
  co_return co_await stream.run();
}

// The embedded relay is the whole map, and it never changes while the server runs.
Task<Result<void>> streamDerpMaps(TailnetState& state, rpc::DrpcCall& call) {
  CO_TRY(co_await call.receive<StreamDERPMapsRequest>());
  CO_TRY(co_await call.send(state.derpMap));
  co_await call.ended();
  co_return Result<void>();
}

Task<Result<RefreshResumeTokenResponse>> refreshResumeToken(TailnetState& state, PeerId peer) {
  const auto now = state.clock.wallNow();
  RefreshResumeTokenResponse response;
  response.set_token(state.tokens.issue(peer, now));
  *response.mutable_refresh_in() = rpc::toDuration(kResumeTokenRefresh);
  *response.mutable_expires_at() = rpc::toTimestamp(now + kResumeTokenLifetime);
  co_return response;
}

}  // namespace

void addPeerService(rpc::DrpcServer& server, TailnetState& state, Uuid peer, PeerAuth auth) {
  server.addStream("/coder.tailnet.v2.Tailnet/Coordinate", [&state, peer, auth = std::move(auth)](rpc::DrpcCall& call) {
    return coordinate(state, call, peer, auth);
  });
  server.addStream("/coder.tailnet.v2.Tailnet/StreamDERPMaps",
                   [&state](rpc::DrpcCall& call) { return streamDerpMaps(state, call); });
  // Nothing is collected here; the answer keeps clients from complaining.
  server.addUnary<TelemetryRequest, TelemetryResponse>(
      "/coder.tailnet.v2.Tailnet/PostTelemetry",
      [](TelemetryRequest) -> Task<Result<TelemetryResponse>> { co_return TelemetryResponse(); });
}

void addResumeService(rpc::DrpcServer& server, TailnetState& state, PeerId peer) {
  server.addUnary<RefreshResumeTokenRequest, RefreshResumeTokenResponse>(
      "/coder.tailnet.v2.Tailnet/RefreshResumeToken",
      [&state, peer](RefreshResumeTokenRequest) { return refreshResumeToken(state, peer); });
}

}  // namespace berth::server
