#include "core/http/detail/Dial.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <format>

#include "core/http/detail/HeadWriter.h"

namespace berth::http::detail {

namespace {

constexpr std::size_t kMaxIdle = 8;
constexpr std::size_t kProxyHeadLimit = 64U << 10;
constexpr int kProxyAuthenticationRequired = 407;
constexpr std::chrono::seconds kMaxIdleTime{60};  // less than the 120 s after which servers close

Task<bool> waitUntil(asio::any_io_executor executor, std::chrono::milliseconds duration) {
  asio::steady_timer timer(executor, duration);
  boost::system::error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  co_return !error;
}

Error refusal(const Proxy& proxy, const Url& origin, int status) {
  const std::string who = std::format("the proxy {}", proxy.url.hostHeader());
  if (status == kProxyAuthenticationRequired)
    return {ErrorCode::Unavailable,
            std::format("{} wants a user and password: set HTTPS_PROXY (HTTP_PROXY) to http://USER:PASSWORD@HOST:PORT",
                        who)};
  return {ErrorCode::Unavailable,
          std::format("{} answers {} when asked for {}; if that is reached without a proxy, name it in NO_PROXY", who,
                      status, origin.hostHeader())};
}

// Nothing of the origin can come along with the proxy's answer: in HTTP and in TLS the client speaks first.
Task<Result<void>> askProxy(std::shared_ptr<TcpStream> socket, const Proxy& proxy, const Url& origin,
                            std::chrono::milliseconds timeout) {
  const std::string host = origin.host.contains(':') ? std::format("[{}]", origin.host) : origin.host;
  Request request{.method = "CONNECT", .target = std::format("{}:{}", host, origin.port)};
  request.headers.set("Host", request.target);
  if (!proxy.authorization.isEmpty()) request.headers.set("Proxy-Authorization", proxy.authorization.reveal());
  CO_TRY_ASSIGN(const auto head, requestHead(request));
  CO_TRY(co_await socket->write(asBytes(head)));
  MessageReader reader(socket);
  constexpr bool kHasNoBody = true;
  auto answer = co_await reader.readResponseHead(kProxyHeadLimit, timeout, kHasNoBody);
  if (!answer) co_return fail(answer.error().in(std::format("the proxy {}", proxy.url.hostHeader())));
  if (answer->status / 100 != 2) co_return fail(refusal(proxy, origin, answer->status));
  co_return Result<void>();
}

}  // namespace

Dialer::Dialer(asio::any_io_executor executor, Url origin, ClientOptions options)
    : m_executor(std::move(executor)), m_origin(std::move(origin)), m_options(std::move(options)) {}

Task<Result<std::unique_ptr<ClientConnection>>> Dialer::take() {
  while (!m_idle.empty()) {
    auto connection = std::move(m_idle.back());
    m_idle.pop_back();
    const auto idle = std::chrono::steady_clock::now() - connection->idleSince;
    if (idle > kMaxIdleTime || connection->socket->isStale()) continue;
    connection->isReused = true;
    co_return connection;
  }
  co_return co_await connect();
}

void Dialer::giveBack(std::unique_ptr<ClientConnection> connection) {
  if (m_idle.size() >= kMaxIdle || connection->reader.hasInput()) return;
  connection->idleSince = std::chrono::steady_clock::now();
  m_idle.push_back(std::move(connection));
}

Task<Result<std::shared_ptr<TcpStream>>> Dialer::connectSocketTo(const Url& place) {
  using asio::experimental::awaitable_operators::operator||;
  auto outcome = co_await (connectTcp(place.host, place.port) || waitUntil(m_executor, m_options.connectTimeout));
  if (outcome.index() == 1)
    co_return fail(ErrorCode::Timeout,
                   std::format("connect to {}: no answer within {}", place.hostHeader(), m_options.connectTimeout));
  auto& connected = std::get<0>(outcome);
  if (!connected) co_return fail(connected.error());
  co_return std::shared_ptr<TcpStream>(std::move(*connected));
}

// To the origin, or to a proxy that has agreed to pass everything on to it.
Task<Result<std::shared_ptr<TcpStream>>> Dialer::connectSocket() {
  CO_TRY_ASSIGN(const auto proxy, chooseProxy(m_options.proxies, m_origin));
  if (!proxy) co_return co_await connectSocketTo(m_origin);
  auto socket = co_await connectSocketTo(proxy->url);
  if (!socket) co_return fail(socket.error().in(std::format("the proxy {}", proxy->url.hostHeader())));
  CO_TRY(co_await askProxy(*socket, *proxy, m_origin, m_options.connectTimeout));
  co_return socket;
}

Task<Result<std::unique_ptr<ClientConnection>>> Dialer::connect() {
  CO_TRY_ASSIGN(auto socket, co_await connectSocket());
  std::shared_ptr<Stream> stream = socket;
  if (m_origin.isTls()) {
    if (!m_tls) {
      CO_TRY_ASSIGN(m_tls, makeTlsContext({m_options.caFile, m_options.verifiesCertificate}));
    }
    Deadline deadline(stream);
    deadline.arm(m_options.connectTimeout);
    auto secured = co_await connectTls(m_tls, stream, m_origin.host);
    if (deadline.isMissed())
      co_return fail(ErrorCode::Timeout,
                     std::format("TLS with {}: no answer within {}", m_origin.hostHeader(), m_options.connectTimeout));
    if (!secured) co_return fail(secured.error());
    stream = std::move(*secured);
  }
  auto connection = std::make_unique<ClientConnection>(std::move(stream));
  connection->socket = std::move(socket);
  co_return connection;
}

}  // namespace berth::http::detail
