#include "core/server/http/Sockets.h"

#include <boost/algorithm/string/predicate.hpp>

#include "core/server/http/Json.h"

namespace berth::server {

namespace {

constexpr std::size_t kMaxUnwanted = 4096;  // nothing is expected on a one-way socket, so little is kept of it

bool isWebSocketUpgrade(const http::Request& request) {
  const auto upgrade = request.headers.find("Upgrade");
  return upgrade && boost::iequals(*upgrade, "websocket");
}

// Programs send no Origin; a browser's must be this server's own host.
bool isForeignOrigin(const http::Request& request) {
  const auto origin = request.headers.find("Origin");
  if (!origin || origin->empty()) return false;
  const auto start = origin->find("://");
  const auto host = start == std::string_view::npos ? *origin : origin->substr(start + 3);
  return !boost::iequals(host, request.headers.find("Host").value_or(""));
}

Task<void> closeAfter(http::WebSocket& socket, Task<Farewell> writer) {
  const Farewell farewell = co_await std::move(writer);
  co_await socket.close(farewell.code, farewell.reason);
}

Task<Farewell> waitForClose(Events::Subscription& subscription) {
  while (co_await subscription.wait(std::chrono::minutes(1))) continue;
  co_return Farewell{http::CloseCode::GoingAway, "the server is shutting down"};
}

}  // namespace

Task<ApiResult<std::unique_ptr<http::WebSocket>>> acceptSocket(Call& call) {
  if (!isWebSocketUpgrade(call.request())) {
    constexpr const char* kNoUpgrade = "WebSocket protocol violation: the request must be a WebSocket upgrade.";
    auto refusal = textResponse(426, std::string(kNoUpgrade) + "\n");  // plain text, as stock servers have it
    refusal.headers.set("Upgrade", "websocket");
    (void)co_await call.exchange.respond(std::move(refusal));
    co_return apiFail(426, kNoUpgrade);
  }
  if (isForeignOrigin(call.request()))
    co_return apiFail(403, std::format("Request Origin \"{}\" is not authorized for Host \"{}\".",
                                       call.request().headers.find("Origin").value_or(""),
                                       call.request().headers.find("Host").value_or("")));
  auto socket = co_await call.exchange.acceptWebSocket();
  if (!socket) co_return apiFail(socket.error());
  co_return *std::move(socket);
}

Task<void> drain(http::WebSocket& socket, std::function<void()> onGone) {
  socket.setReadLimit(kMaxUnwanted);
  const auto message = co_await socket.read();
  onGone();
  if (message) co_await socket.close(http::CloseCode::ProtocolError, "this socket is for reading only");
}

Task<void> serveOneWay(http::WebSocket& socket, Events::Subscription& subscription, Task<Farewell> writer) {
  using asio::experimental::awaitable_operators::operator&&;
  co_await (drain(socket, [&subscription] { subscription.close(); }) && closeAfter(socket, std::move(writer)));
}

Task<void> keepOpen(http::WebSocket& socket, Events::Subscription& subscription) {
  co_await serveOneWay(socket, subscription, waitForClose(subscription));
}

}  // namespace berth::server
