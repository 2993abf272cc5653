#include "core/http/Client.h"

#include <format>

#include "core/http/detail/Dial.h"
#include "core/http/detail/Handshake.h"
#include "core/http/detail/HeadWriter.h"
#include "core/http/detail/PrefixedStream.h"

namespace berth::http {

namespace {

using detail::ClientConnection;

constexpr std::size_t kHeaderLimit = 64U << 10;
constexpr std::size_t kRefusalBody = 1U << 20;
constexpr std::size_t kJoinedBody = 64U << 10;

bool isIdempotent(std::string_view method) {  // RFC 9110 9.2.2
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" || method == "DELETE";
}

// Did the connection die before the server can have seen the request?
bool isWorthRetry(const Error& error, const Request& request, const ClientConnection& connection) {
  return connection.isReused && isIdempotent(request.method) &&
         (error.code() == ErrorCode::EndOfStream || error.code() == ErrorCode::ConnectionLost);
}

class PooledClient final : public Client {
 public:
  PooledClient(asio::any_io_executor executor, Url origin, ClientOptions options)
      : m_dialer(std::move(executor), std::move(origin), std::move(options)) {}

  const Url& origin() const override { return m_dialer.origin(); }

  Task<Result<Response>> send(Request request) override {
    std::string body;
    auto response = co_await exchange(std::move(request), detail::collectInto(body));
    if (response) response->body = std::move(body);
    co_return response;
  }

  Task<Result<Response>> sendStreaming(Request request, std::function<Result<void>(ByteView)> onBody) override {
    return exchange(std::move(request), std::move(onBody));
  }

  Task<Result<std::unique_ptr<WebSocket>>> openWebSocket(Request request, Response* refusal) override {
    complete(request);
    CO_TRY_ASSIGN(auto connection, co_await m_dialer.connect());
    detail::Deadline deadline(connection->stream);
    deadline.arm(m_dialer.options().requestTimeout);
    auto socket =
        co_await detail::connectWebSocket(connection->stream, origin().hostHeader(), std::move(request), refusal);
    if (deadline.isMissed()) co_return fail(ErrorCode::Timeout, "open websocket: the server took too long");
    co_return socket;
  }

  Task<Result<Upgraded>> upgrade(Request request, Response* refusal) override {
    complete(request);
    request.headers.set("Connection", "Upgrade");
    const std::string what = describe(request);
    CO_TRY_ASSIGN(auto connection, co_await m_dialer.connect());
    auto head = co_await sendHead(*connection, request);
    if (!head) co_return fail(head.error().in(what));
    if (head->status != 101) {
      const int status = head->status;
      if (refusal != nullptr) *refusal = co_await readRefusal(*connection, std::move(*head));
      co_return fail(ErrorCode::Unavailable, std::format("{}: the server answered {} to the upgrade", what, status));
    }
    co_return Upgraded{std::move(*head), detail::makePrefixedStream(connection->reader.takeRest(), connection->stream)};
  }

 private:
  std::string describe(const Request& request) const {
    return std::format("{} {}{}", request.method, origin().toString(), request.path());
  }

  void complete(Request& request) const {
    request.target = origin().path + request.target;
    for (const auto& [name, value] : m_dialer.options().defaultHeaders.fields())
      if (!request.headers.find(name)) request.headers.add(name, value);
    request.headers.set("Host", origin().hostHeader());
    const bool carriesBody = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    if (!request.body.empty() || carriesBody)
      request.headers.set("Content-Length", std::to_string(request.body.size()));
  }

  Task<Result<Response>> exchange(Request request, detail::BodySink sink) {
    complete(request);
    const std::string what = describe(request);
    CO_TRY_ASSIGN(auto connection, co_await m_dialer.take());
    auto head = co_await sendHead(*connection, request);
    if (!head && isWorthRetry(head.error(), request, *connection)) {
      CO_TRY_ASSIGN(connection, co_await m_dialer.connect());
      head = co_await sendHead(*connection, request);
    }
    if (!head) co_return fail(describeLoss(head.error()).in(what));
    if (const auto body = co_await connection->reader.readBody(m_dialer.options().maxResponseBody,
                                                               m_dialer.options().requestTimeout, sink);
        !body)
      co_return fail(describeLoss(body.error()).in(what));
    if (connection->reader.framing().isKeptAlive) m_dialer.giveBack(std::move(connection));
    co_return std::move(*head);
  }

  // The body explains the refusal; without it the head still tells the status.
  Task<Response> readRefusal(ClientConnection& connection, Response head) {
    co_await connection.reader.readBody(kRefusalBody, m_dialer.options().requestTimeout,
                                        detail::collectInto(head.body));
    co_return head;
  }

  // An end of stream means something only to those who read streams.
  static Error describeLoss(const Error& error) {
    if (error.code() != ErrorCode::EndOfStream) return error;
    return Error(ErrorCode::ConnectionLost, "the server closed the connection without an answer");
  }

  Task<Result<Response>> sendHead(ClientConnection& connection, const Request& request) {
    CO_TRY_ASSIGN(std::string head, detail::requestHead(request));
    const auto timeout = m_dialer.options().requestTimeout;
    if (const auto sent = co_await sendRequest(connection, std::move(head), asBytes(request.body)); !sent) {
      // A server that refuses a large body answers and closes before it has read all; the answer says more.
      auto early = co_await connection.reader.readResponseHead(kHeaderLimit, timeout, request.method == "HEAD");
      if (early) co_return early;
      co_return fail(sent.error());
    }
    co_return co_await connection.reader.readResponseHead(kHeaderLimit, timeout, request.method == "HEAD");
  }

  Task<Result<void>> sendRequest(ClientConnection& connection, std::string head, ByteView body) {
    const auto timeout = m_dialer.options().requestTimeout;
    if (body.size() <= kJoinedBody) {
      head += asText(body);
      body = {};
    }
    CO_TRY(co_await detail::writeWithin(connection.stream, asBytes(head), timeout));
    co_return co_await detail::writeWithin(connection.stream, body, timeout);
  }

  detail::Dialer m_dialer;
};

}  // namespace

std::shared_ptr<Client> makeClient(asio::any_io_executor executor, Url origin, ClientOptions options) {
  return std::make_shared<PooledClient>(std::move(executor), std::move(origin), std::move(options));
}

Task<Result<Response>> sendOver(std::unique_ptr<Stream> stream, Request request, ClientOptions options) {
  ClientConnection connection{std::shared_ptr<Stream>(std::move(stream))};
  if (!request.headers.find("Host")) request.headers.set("Host", "localhost");
  if (!request.body.empty()) request.headers.set("Content-Length", std::to_string(request.body.size()));
  request.headers.set("Connection", "close");
  CO_TRY_ASSIGN(const std::string head, detail::requestHead(request));
  CO_TRY(co_await detail::writeWithin(connection.stream, asBytes(head + request.body), options.requestTimeout));
  CO_TRY_ASSIGN(auto response, co_await connection.reader.readResponseHead(kHeaderLimit, options.requestTimeout,
                                                                           request.method == "HEAD"));
  CO_TRY(co_await connection.reader.readBody(options.maxResponseBody, options.requestTimeout,
                                             detail::collectInto(response.body)));
  co_return response;
}

}  // namespace berth::http
