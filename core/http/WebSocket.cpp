#include "core/http/WebSocket.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <format>

#include "core/http/detail/Deadline.h"
#include "core/http/detail/Handshake.h"
#include "core/http/detail/StreamAdapter.h"

namespace berth::http {

namespace {

namespace beast = boost::beast;
namespace ws = beast::websocket;
using beast::error_code;
using std::chrono_literals::operator""s;

constexpr std::size_t kDefaultReadLimit = 16U << 20;
constexpr std::size_t kKeptReadBuffer = 256U << 10;
constexpr std::size_t kWriteChunk = 64U << 10;  // how much a client masks at a time
constexpr std::size_t kMaxReason = 123;         // RFC 6455 5.5: 125 bytes less the code
constexpr auto kHandshakeTimeout = 30s;
constexpr auto kCloseTimeout = 1s;
constexpr auto kAwaitTuple = asio::as_tuple(asio::use_awaitable);

Error toError(const error_code& code, std::string_view what) {
  if (code == ws::error::closed || code == asio::error::eof)
    return Error(code == ws::error::closed ? ErrorCode::EndOfStream : ErrorCode::ConnectionLost,
                 std::format("{}: the peer closed the websocket", what));
  if (code == asio::error::operation_aborted) return Error(ErrorCode::Cancelled, std::format("{}: cancelled", what));
  if (code == asio::error::timed_out || code == beast::error::timeout)
    return Error(ErrorCode::Timeout, std::format("{}: the peer took too long", what));
  if (code == ws::error::message_too_big || code == ws::error::buffer_overflow)
    return Error(ErrorCode::LimitExceeded, std::format("{}: the message is larger than accepted here", what));
  if (code == asio::error::connection_reset)
    return Error(ErrorCode::ConnectionLost, std::format("{}: connection lost", what));
  return Error(ErrorCode::ProtocolViolation, std::format("{}: {}", what, code.message()));
}

// Shared by the socket object and the calls under way, so that destroying the object ends them in good order.
struct Session {
  Session(std::shared_ptr<Stream> stream, const detail::WebSocketTimes& wanted)
      : transport(stream),
        times(wanted),
        socket(detail::StreamAdapter(stream)),
        heartbeat(std::make_shared<asio::steady_timer>(stream->executor())),
        writeLimit(stream),
        pingLimit(stream) {}

  std::shared_ptr<Stream> transport;
  detail::WebSocketTimes times;
  ws::stream<detail::StreamAdapter, false> socket;
  std::shared_ptr<asio::steady_timer> heartbeat;
  detail::Deadline writeLimit;
  detail::Deadline pingLimit;  // its own: a ping may wait behind a message
  beast::flat_buffer input;
  bool awaitsPong = false;
  bool isReading = false;
  bool isOver = false;

  void abort() noexcept {
    isOver = true;
    heartbeat->cancel();
    transport->close();
  }
};

void configure(Session& session) {
  session.socket.set_option(ws::stream_base::timeout{kHandshakeTimeout, ws::stream_base::none(), false});
  session.socket.auto_fragment(false);
  session.socket.write_buffer_bytes(kWriteChunk);
  session.socket.read_message_max(kDefaultReadLimit);
}

// Sends the close frame and waits briefly for the peer's.
Task<void> closeSession(std::shared_ptr<Session> session, CloseCode code, std::string reason) {
  if (session->isOver) co_return session->abort();
  session->isOver = true;
  session->heartbeat->cancel();
  asio::steady_timer limit(session->transport->executor(), kCloseTimeout);
  limit.async_wait([weak = std::weak_ptr(session)](const error_code& error) {
    if (const auto alive = weak.lock(); alive && !error) alive->abort();
  });
  ws::close_reason why(static_cast<ws::close_code>(code));
  why.reason.assign(reason.data(), std::min(reason.size(), kMaxReason));
  co_await session->socket.async_close(why, kAwaitTuple);
  session->abort();
}

// Pings also while nobody reads: then the answers stay unseen, but a dead connection still shows by the failing write.
// An answer is only missed by who was reading all the time since the ping.
Task<void> keepAlive(std::weak_ptr<Session> weak, std::shared_ptr<asio::steady_timer> timer,
                     std::chrono::milliseconds interval) {
  while (true) {
    timer->expires_after(interval);
    co_await timer->async_wait(kAwaitTuple);
    const auto session = weak.lock();
    if (!session || session->isOver) co_return;
    if (session->isReading && session->awaitsPong)
      co_return co_await closeSession(session, CloseCode::GoingAway, "liveness probe failed");
    session->awaitsPong = session->isReading;
    session->pingLimit.arm(session->times.write);
    const auto [error] = co_await session->socket.async_ping({}, kAwaitTuple);
    session->pingLimit.disarm();
    if (error) co_return session->abort();
  }
}

class BeastWebSocket final : public WebSocket {
 public:
  explicit BeastWebSocket(std::shared_ptr<Session> session) : m_session(std::move(session)) {
    m_session->socket.control_callback([weak = std::weak_ptr(m_session)](ws::frame_type, beast::string_view) {
      if (const auto alive = weak.lock()) alive->awaitsPong = false;
    });
    asio::co_spawn(m_session->transport->executor(), keepAlive(m_session, m_session->heartbeat, m_session->times.ping),
                   asio::detached);
  }
  ~BeastWebSocket() override { m_session->abort(); }
  BeastWebSocket(const BeastWebSocket&) = delete;
  BeastWebSocket& operator=(const BeastWebSocket&) = delete;

  Task<Result<WebSocketMessage>> read() override { return readFrom(m_session); }
  Task<Result<void>> writeText(std::string_view text) override { return writeTo(m_session, true, asBytes(text)); }
  Task<Result<void>> writeBinary(ByteView data) override { return writeTo(m_session, false, data); }
  Task<void> close(CloseCode code, std::string reason) override { return closeSession(m_session, code, reason); }
  void abort() noexcept override { m_session->abort(); }
  void setReadLimit(std::size_t bytes) override { m_session->socket.read_message_max(bytes); }
  asio::any_io_executor executor() override { return m_session->transport->executor(); }

 private:
  static Task<Result<WebSocketMessage>> readFrom(std::shared_ptr<Session> session) {
    session->isReading = true;
    const auto [error, size] = co_await session->socket.async_read(session->input, kAwaitTuple);
    session->isReading = false;
    if (error) {
      session->isOver = true;
      session->heartbeat->cancel();
      co_return fail(toError(error, "read from websocket"));
    }
    session->awaitsPong = false;
    WebSocketMessage message{session->socket.got_text(), beast::buffers_to_string(session->input.data())};
    session->input.clear();
    if (session->input.capacity() > kKeptReadBuffer) session->input.shrink_to_fit();
    co_return message;
  }

  static Task<Result<void>> writeTo(std::shared_ptr<Session> session, bool isText, ByteView data) {
    session->socket.text(isText);
    session->writeLimit.arm(session->times.write);
    const auto [error, size] =
        co_await session->socket.async_write(asio::buffer(data.data(), data.size()), kAwaitTuple);
    session->writeLimit.disarm();
    if (session->writeLimit.isMissed())
      co_return fail(ErrorCode::Timeout, "write to websocket: the peer does not read what is sent to it");
    if (error) co_return fail(toError(error, "write to websocket"));
    co_return Result<void>();
  }

  std::shared_ptr<Session> m_session;
};

template <bool isRequest>
void copyFields(const Headers& from, beast::http::header<isRequest>& to, bool isReplacing) {
  for (const auto& [name, value] : from.fields()) {
    if (isReplacing)
      to.set(name, value);
    else
      to.insert(name, value);
  }
}

// What Beast writes itself. A subprotocol is the caller's.
bool isHandshakeField(std::string_view name) {
  constexpr std::array kFields{"Connection",
                               "Upgrade",
                               "Host",
                               "Content-Length",
                               "Sec-WebSocket-Key",
                               "Sec-WebSocket-Version",
                               "Sec-WebSocket-Accept",
                               "Sec-WebSocket-Extensions"};
  return std::ranges::any_of(kFields, [name](const char* field) { return beast::iequals(name, field); });
}

Response toResponse(const ws::response_type& from) {
  Response response;
  response.status = static_cast<int>(from.result_int());
  for (const auto& field : from) response.headers.add(field.name_string(), field.value());
  response.body = from.body();
  return response;
}

}  // namespace

namespace detail {

Task<Result<std::unique_ptr<WebSocket>>> acceptWebSocket(std::shared_ptr<Stream> stream, const Request& request,
                                                         Headers extra, WebSocketTimes times) {
  auto session = std::make_shared<Session>(std::move(stream), times);
  configure(*session);
  session->socket.set_option(
      ws::stream_base::decorator([extra](ws::response_type& response) { copyFields<false>(extra, response, true); }));
  beast::http::request<beast::http::empty_body> upgrade;
  upgrade.method_string(request.method);
  upgrade.target(request.target);
  upgrade.version(11);
  copyFields<true>(request.headers, upgrade, false);
  const auto [error] = co_await session->socket.async_accept(upgrade, kAwaitTuple);
  if (error) co_return fail(toError(error, "accept websocket"));
  co_return std::make_unique<BeastWebSocket>(std::move(session));
}

Task<Result<std::unique_ptr<WebSocket>>> connectWebSocket(std::shared_ptr<Stream> stream, std::string host,
                                                          Request request, Response* refusal) {
  auto session = std::make_shared<Session>(std::move(stream), WebSocketTimes());
  configure(*session);
  session->socket.set_option(ws::stream_base::decorator([&request](ws::request_type& upgrade) {
    for (const auto& [name, value] : request.headers.fields())
      if (!isHandshakeField(name)) upgrade.set(name, value);
  }));
  ws::response_type answer;
  const auto [error] = co_await session->socket.async_handshake(answer, host, request.target, kAwaitTuple);
  if (error == ws::error::upgrade_declined) {
    const std::string why = std::format("open websocket {}: the server answered {} {}", request.path(),
                                        answer.result_int(), std::string_view(answer.reason()));
    if (refusal != nullptr) *refusal = toResponse(answer);
    co_return fail(ErrorCode::Unavailable, why);
  }
  if (error) co_return fail(toError(error, std::format("open websocket {}", request.path())));
  // The decorator refers to this frame.
  session->socket.set_option(ws::stream_base::decorator([](ws::request_type&) {}));
  co_return std::make_unique<BeastWebSocket>(std::move(session));
}

}  // namespace detail

}  // namespace berth::http
